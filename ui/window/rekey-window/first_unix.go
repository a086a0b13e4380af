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
	"rekey/internal/safefile"
	"rekey/ui"
)

// readLimit bounds the wait for what another start asks.
const readLimit = time.Second

// maxAsked bounds what another window is sent: thousands of sockets.
const maxAsked = 1 << 20

// askFirst asks the window that is open for an agent's socket what these options
// say, and waits for it until then. It reports whether there is one and it has done
// so.
func askFirst(socket string, o options, until time.Time) bool {
	nc, err := (&net.Dialer{Deadline: until}).Dial("unix", ui.WindowPlace(socket))
	if err != nil {
		return false
	}
	defer nc.Close()
	if appserver.SameUser(nc) != nil {
		return false
	}
	_ = nc.SetDeadline(until)
	// What to do, the sockets and an empty line.
	if _, err := fmt.Fprintf(nc, "%s\n%s\n\n", o.ask, strings.Join(o.sockets, "\n")); err != nil {
		return false
	}
	// It says when it has done so. One that is being closed does not.
	n, _ := nc.Read(make([]byte, 1))
	return n == 1
}

// place is where a window listens to later starts.
type place struct {
	listener *net.UnixListener
	path     string
	file     os.FileInfo
}

// takePlace asks the window that is open for the first socket what these options
// say, and reports whether there is one. If there is none, this one takes its place;
// what a window has left behind that was killed is replaced. Of two that start
// together one waits for the other. Where there can be no place there may be two
// windows, and nothing worse.
func takePlace(ctx context.Context, o options) (p place, asked bool) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	p.path = ui.WindowPlace(o.sockets[0])
	if unlock, err := safefile.Lock(ctx, p.path+".lock", 0o600); err == nil {
		defer unlock()
	}
	if askFirst(o.sockets[0], o, time.Now().Add(askLimit)) {
		return place{}, true
	}
	if err := os.Remove(p.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return place{}, false
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: p.path, Net: "unix"})
	if err != nil {
		return place{}, false
	}
	l.SetUnlinkOnClose(false) // another window may have replaced it by then
	p.listener = l
	if p.file, err = os.Stat(p.path); err != nil {
		p.leave()
		return place{}, false
	}
	return p, false
}

// leave listens no more.
func (p place) leave() {
	if p.listener == nil {
		return
	}
	_ = p.listener.Close()
	if now, err := os.Stat(p.path); err == nil && os.SameFile(now, p.file) {
		_ = os.Remove(p.path)
	}
}

// serve calls do for everybody who asks this window for something, until ctx ends;
// do calls done when that is done.
func (p place) serve(ctx context.Context, do func(o options, done func())) {
	if p.listener == nil {
		return
	}
	defer context.AfterFunc(ctx, func() { _ = p.listener.Close() })()
	for {
		nc, err := p.listener.Accept()
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
		_ = nc.SetReadDeadline(time.Now().Add(readLimit))
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
		case o.ask == "" && line != askShow && line != askAdd && line != askLearn:
			return options{}, fmt.Errorf("unknown request %q", line)
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
