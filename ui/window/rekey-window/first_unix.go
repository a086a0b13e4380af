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

// raiseLimit bounds the request to another window, which is on this machine.
const raiseLimit = time.Second

// What is wished for, a byte.
const (
	wishRaise = 'r'
	wishAdd   = 'a' // and that it asks for an account to add
)

// placeOf is where the window for an agent's socket is asked to come forward:
// beside it, in the folder that only its user can enter.
func placeOf(socket string) string { return strings.TrimSuffix(socket, ".sock") + ".window" }

// raiseFirst has the window that is open for an agent's socket come forward,
// and ask for an account to add if add is set. It reports whether there is one.
func raiseFirst(socket string, add bool) bool {
	nc, err := net.DialTimeout("unix", placeOf(socket), raiseLimit)
	if err != nil {
		return false
	}
	defer nc.Close()
	if appserver.SameUser(nc) != nil {
		return false
	}
	_ = nc.SetDeadline(time.Now().Add(raiseLimit))
	wish := []byte{wishRaise}
	if add {
		wish[0] = wishAdd
	}
	if _, err := nc.Write(wish); err != nil {
		return false
	}
	// It says when it has come forward. One that is being closed does not.
	n, _ := nc.Read(make([]byte, 1))
	return n == 1
}

// beRaised calls raise for everybody who asks, until ctx ends, with whether to ask
// for an account to add; raise calls done when the window has come forward. What a window has left behind that
// was killed is replaced.
func beRaised(ctx context.Context, socket string, raise func(add bool, done func())) {
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
		wish := make([]byte, 1)
		_ = nc.SetReadDeadline(time.Now().Add(raiseLimit))
		if _, err := nc.Read(wish); err != nil {
			_ = nc.Close()
			hangUp()
			continue
		}
		raise(wish[0] == wishAdd, func() {
			_, _ = nc.Write([]byte{1})
			_ = nc.Close()
			hangUp()
		})
	}
}
