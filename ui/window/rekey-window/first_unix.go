//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"rekey/auth/appserver"
	"rekey/ui"
)

// askLimit bounds the request to another window, which is on this machine.
const askLimit = time.Second

// maxAsked bounds what another window is sent: thousands of sockets.
const maxAsked = 1 << 20

// askFirst asks the window that is open for an agent's socket what these options
// say. It reports whether there is one and it has done so.
func askFirst(socket string, o options) bool {
	nc, err := net.DialTimeout("unix", ui.WindowPlace(socket), askLimit)
	if err != nil {
		return false
	}
	defer nc.Close()
	if appserver.SameUser(nc) != nil {
		return false
	}
	_ = nc.SetDeadline(time.Now().Add(askLimit))
	// What to do, the sockets and an empty line.
	if _, err := fmt.Fprintf(nc, "%s\n%s\n\n", o.ask, strings.Join(o.sockets, "\n")); err != nil {
		return false
	}
	// It says when it has done so. One that is being closed does not.
	n, _ := nc.Read(make([]byte, 1))
	return n == 1
}

// beAsked calls do for everybody who asks this window for something, until ctx ends; do calls done
// when that is done. What a window has left behind that was killed is replaced.
func beAsked(ctx context.Context, socket string, do func(o options, done func())) {
	place := ui.WindowPlace(socket)
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
		_ = nc.SetReadDeadline(time.Now().Add(askLimit))
		o, err := readAsked(nc)
		if err != nil {
			_ = nc.Close()
			hangUp()
			continue
		}
		do(o, func() {
			_, _ = nc.Write([]byte{1})
			_ = nc.Close()
			hangUp()
		})
	}
}

// readAsked reads what askFirst has written.
func readAsked(r io.Reader) (o options, err error) {
	lines := bufio.NewScanner(io.LimitReader(r, maxAsked))
	for lines.Scan() {
		switch line := lines.Text(); {
		case o.ask == "":
			o.ask = line
		case line == "":
			return o, nil
		default:
			o.sockets = append(o.sockets, line)
		}
	}
	return options{}, errors.Join(lines.Err(), io.ErrUnexpectedEOF)
}
