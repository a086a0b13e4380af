//go:build !(linux || freebsd || openbsd || netbsd)

package notify

import (
	"context"
	"runtime"
)

// NewDesktop returns the Notifier for this system. The address is not used.
func NewDesktop(string) Desktop { return NewBeeep() }

// Daemon names the program that shows notifications: the system itself.
func Daemon(context.Context, string) (name string, err error) { return runtime.GOOS, nil }
