package appserver_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/auth/appserver"
	"rekey/test/kit/must"
)

const hello = `{"id":0,"method":"initialize","params":{"clientInfo":{"name":"t","version":"1"}}}`

// limits are those of a socket.
var limits = appserver.Limits{
	Introduce: 10 * time.Second, Line: 10 * time.Second, Write: 5 * time.Second, InFlight: 4,
}

// limited is a server with limits, and one client's end of a connection to it.
func limited(t *testing.T, h appserver.Home) (nc net.Conn, ended <-chan error) {
	t.Helper()
	mine, theirs := net.Pipe()
	end := make(chan error, 1)
	s := &appserver.Server{Home: h, Limits: limits}
	go func() { end <- s.Serve(t.Context(), theirs) }()
	t.Cleanup(func() { _ = mine.Close() })
	return mine, end
}

// write sends text and does not mind if the other side hangs up meanwhile.
func write(nc net.Conn, text string) { _, _ = io.WriteString(nc, text) }

// A client that exceeds the limits is hung up on, in time and with a reason.
func TestHungUpOn(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		client func(nc net.Conn) // returns when it has done its worst
		after  time.Duration
		want   error // nil: any
	}{
		"says nothing":            {func(net.Conn) {}, 10 * time.Second, appserver.ErrNotIntroduced},
		"begins and says no more": {func(nc net.Conn) { write(nc, `{"id`) }, 10 * time.Second, nil},
		"says everything but hello": {func(nc net.Conn) {
			go io.Copy(io.Discard, nc)
			for range 9 {
				write(nc, `{"id":1,"method":"rekey/state","params":{}}`+"\n")
				time.Sleep(time.Second)
			}
		}, 10 * time.Second, appserver.ErrNotIntroduced},
		"a long hello": {func(nc net.Conn) { write(nc, strings.Repeat("x", 100<<10)) }, 0, appserver.ErrLineTooLong},
		"half a line": {func(nc net.Conn) {
			go io.Copy(io.Discard, nc)
			write(nc, hello+"\n")
			time.Sleep(time.Hour) // between lines there is no hurry
			write(nc, `{"id":1,"method":"rekey/state"`)
		}, time.Hour + 10*time.Second, appserver.ErrLineUnfinished},
		"half a line, byte by byte": {func(nc net.Conn) {
			go io.Copy(io.Discard, nc)
			write(nc, hello+"\n")
			for range 20 {
				write(nc, "x")
				time.Sleep(time.Second)
			}
		}, 10 * time.Second, appserver.ErrLineUnfinished},
		"too long a line": {func(nc net.Conn) {
			go io.Copy(io.Discard, nc)
			write(nc, hello+"\n"+strings.Repeat("x", 33<<20))
		}, 0, appserver.ErrLineTooLong},
		"asks and does not read": {func(nc net.Conn) { write(nc, hello+"\n") }, 5 * time.Second, appserver.ErrNotRead},
		"sends bad JSON and does not read": {func(nc net.Conn) {
			for range 100 {
				write(nc, "{\n")
			}
		}, 5 * time.Second, appserver.ErrNotRead},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				nc, ended := limited(t, newHome(t, signedIn(), refusing()))
				begun := time.Now()
				go tt.client(nc)
				err := <-ended
				if took := time.Since(begun); took != tt.after {
					t.Errorf("it was hung up on after %v, want %v", took, tt.after)
				}
				if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
					t.Errorf("Serve = %v, want %v", err, tt.want)
				}
				_ = nc.Close()
				time.Sleep(time.Minute) // the client's end
			})
		})
	}
}

// A client that has introduced itself may send lines of up to a megabyte.
func TestLongLines(t *testing.T) {
	nc, ended := limited(t, newHome(t, signedIn(), refusing()))
	lines := newLines(nc)
	lines.introduce(t, nc)
	long := func(length int) string {
		return `{"id":1,"method":"rekey/state","params":{"pad":"` + strings.Repeat("x", length) + "\"}}\n"
	}
	write(nc, long(1<<20-1000))
	lines.until(t, `"id":1,`)
	write(nc, long(1<<20))
	if err := <-ended; !errors.Is(err, appserver.ErrLineTooLong) {
		t.Errorf("Serve = %v, want %v", err, appserver.ErrLineTooLong)
	}
}

// A client that does not read its States is dropped, and the server's other
// clients are always told immediately.
func TestSubscriberThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHome(t, signedIn(), refusing())
		mute, ended := limited(t, h)
		lines := newLines(mute)
		lines.introduce(t, mute)
		write(mute, `{"id":1,"method":"rekey/subscribe","params":{}}`+"\n")
		lines.until(t, `"id":1,`)
		synctest.Wait() // the present State has come as well
		lines.stop()
		change := func(on bool) { h.manager.SetPreferences(auth.KeepFresh(on)) }
		change(true) // the line that is still read
		synctest.Wait()
		begun := time.Now()
		change(false)
		if err := <-ended; !errors.Is(err, appserver.ErrNotRead) {
			t.Errorf("Serve = %v, want %v", err, appserver.ErrNotRead)
		}
		if took := time.Since(begun); took != limits.Write {
			t.Errorf("it was dropped after %v", took)
		}
		change(true) // waits for nobody
	})
}

// During a flood no more requests are read than may be under way.
func TestFloodIsHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leave := make(chan struct{})
		h := &slowHome{home: newHome(t, signedIn(), refusing()), leave: leave}
		nc, ended := limited(t, h)
		lines := newLines(nc)
		lines.introduce(t, nc)
		const flood = 1000
		go func() {
			for i := range flood {
				write(nc, fmt.Sprintf(`{"id":%d,"method":"rekey/signIn","params":{"method":"browser"}}`+"\n", i+1))
			}
		}()
		synctest.Wait()
		if n := h.running.Load(); n != int64(limits.InFlight) {
			t.Errorf("%d requests are under way, want %d", n, limits.InFlight)
		}
		close(leave)
		lines.answers(t, flood)
		_ = nc.Close()
		must.Do(t, <-ended)
	})
}
