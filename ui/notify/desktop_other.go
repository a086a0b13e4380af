//go:build !(linux || freebsd || openbsd || netbsd)

package notify

// NewDesktop returns the Notifier for this system. The address is of no use
// here.
func NewDesktop(string) Desktop { return NewBeeep() }
