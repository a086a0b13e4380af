//go:build unix

package main

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"time"

	"rekey/auth/appserver"
)

// raiseLimit bounds the asking of another window, which is on this machine.
const raiseLimit = time.Second

// placeOf is where the window for an agent's socket is asked to come forward:
// beside it, in the folder that only its user can enter.
func placeOf(socket string) string { return strings.TrimSuffix(socket, ".sock") + ".window" }

// raiseFirst has the window that is open for an agent's socket come forward,
// and reports whether there is one.
func raiseFirst(socket string) bool {
	nc, err := net.DialTimeout("unix", placeOf(socket), raiseLimit)
	if err != nil {
		return false
	}
	defer nc.Close()
	if appserver.SameUser(nc) != nil {
		return false
	}
	_ = nc.SetReadDeadline(time.Now().Add(raiseLimit))
	// It hangs up when it has come forward; one that does not answer is no window.
	_, err = nc.Read(make([]byte, 1))
	var slow net.Error
	return !errors.As(err, &slow) || !slow.Timeout()
}

// beRaised calls raise for everybody who asks, until ctx ends. What a window
// has left behind that was killed is replaced.
func beRaised(ctx context.Context, socket string, raise func()) {
	place := placeOf(socket)
	if err := os.Remove(place); err != nil && !errors.Is(err, os.ErrNotExist) {
		return // then there may be two windows, and nothing worse
	}
	l, err := net.Listen("unix", place)
	if err != nil {
		return
	}
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	for {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		if appserver.SameUser(nc) == nil {
			raise()
		}
		_ = nc.Close()
	}
}
