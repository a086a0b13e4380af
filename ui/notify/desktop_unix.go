//go:build linux || freebsd || openbsd || netbsd

package notify

// NewDesktop returns the Notifier for this system. The address is that of the
// session bus, or "" for the one of this session.
func NewDesktop(address string) Desktop { return NewBus(address) }
