//go:build !linux && !windows

package store

import (
	"context"
	"runtime"
)

// systemRing is this system's keyring, by way of go-keyring.
func systemRing(Options) ring { return zalando{runtime.GOOS} }

// lockReleases cannot tell on this system.
func lockReleases(context.Context, string) <-chan struct{} { return nil }
