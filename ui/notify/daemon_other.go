//go:build !(linux || freebsd || openbsd || netbsd)

package notify

import (
	"context"
	"runtime"
)

// Daemon names the program that shows notifications: the system itself.
func Daemon(context.Context, string) (name string, err error) { return runtime.GOOS, nil }
