//go:build !(linux || freebsd || openbsd || netbsd)

package tray

import "context"

// Probe reports whether a tray can be shown. On this system it always can.
func Probe(context.Context, string) error { return nil }
