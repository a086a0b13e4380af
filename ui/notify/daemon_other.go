//go:build !(linux || freebsd || openbsd || netbsd)

package notify

import (
	"context"
	"runtime"
)

// Daemon names what shows notifications: the system does.
func Daemon(context.Context, string) (name string, err error) { return runtime.GOOS, nil }
