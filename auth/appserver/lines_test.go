package appserver_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"rekey/auth"
)

// lines reads a connection, up to thousands of lines ahead of the test, until
// it is told to stop.
type lines struct {
	got  chan string
	halt chan struct{}
}

func newLines(r io.Reader) *lines {
	l := &lines{got: make(chan string, 4096), halt: make(chan struct{})}
	go func() {
		defer close(l.got)
		for scan := bufio.NewScanner(r); scan.Scan(); {
			select {
			case <-l.halt:
				return
			default:
				l.got <- scan.Text()
			}
		}
	}()
	return l
}

// until waits for a line with these words.
func (l *lines) until(t *testing.T, words string) string {
	t.Helper()
	for line := range l.got {
		if strings.Contains(line, words) {
			return line
		}
	}
	t.Fatalf("the connection ended before a line with %q", words)
	return ""
}

// answers waits for the answers to so many requests, in any order.
func (l *lines) answers(t *testing.T, n int) {
	t.Helper()
	for ; n > 0; n-- {
		l.until(t, `{"id":`)
	}
}

// introduce says hello on the connection and waits for the answer: Rekey's own
// methods do not wait for their turn.
func (l *lines) introduce(t *testing.T, nc net.Conn) {
	t.Helper()
	write(nc, hello+"\n")
	l.until(t, `{"id":0,`)
}

// stop reads no more than the line that may be under way.
func (l *lines) stop() { close(l.halt) }

// slowHome is a home whose sign-ins take until leave is closed.
type slowHome struct {
	*home
	leave   <-chan struct{}
	running atomic.Int64
}

func (h *slowHome) SignIn(context.Context, auth.SignInMethod) error {
	h.running.Add(1)
	<-h.leave
	return nil
}
