//go:build !(linux || freebsd || openbsd || netbsd)

package notify

// NewDesktop returns the Notifier for this system. The address is not used.
func NewDesktop(string) Desktop { return NewBeeep() }
