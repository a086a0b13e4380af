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
	// It says when it has come forward. One that is being closed does not.
	n, _ := nc.Read(make([]byte, 1))
	return n == 1
}

// beRaised calls raise for everybody who asks, until ctx ends; raise calls its
// argument when the window has come forward. What a window has left behind that
// was killed is replaced.
func beRaised(ctx context.Context, socket string, raise func(done func())) {
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
		if appserver.SameUser(nc) != nil {
			_ = nc.Close()
			continue
		}
		// One that is asked while it closes neither answers nor hangs up by
		// itself; its end does.
		hangUp := context.AfterFunc(ctx, func() { _ = nc.Close() })
		raise(func() {
			_, _ = nc.Write([]byte{1})
			_ = nc.Close()
			hangUp()
		})
	}
}
