package login

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rekey/internal/box"
	"rekey/test/kit/must"
)

// pipeListener hands out the server ends of in-memory connections, so that a
// server can run on the clock of a synctest bubble.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (l pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l pipeListener) Close() error { close(l.closed); return nil }

func (l pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1455} }

func pipeServer() (*server, pipeListener) {
	l := pipeListener{make(chan net.Conn), make(chan struct{})}
	return startServer(l, "the-state", func(net.Conn) bool { return true }), l
}

func (l pipeListener) dial() net.Conn {
	client, server := net.Pipe()
	l.conns <- server
	return client
}

// TestSlowHeader: a client that does not finish its request is hung up on.
func TestSlowHeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := pipeServer()
		c := l.dial()
		start := time.Now()
		go io.WriteString(c, "GET /auth/callback?state=the-state HTTP/1.1\r\nHost: 127.0.0.1:1455\r\nX: ")
		must.Get(io.Copy(io.Discard, c))(t)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("held for %v", took)
		}
		c.Close()
		s.close()
	})
}

// TestDribble: nor may it go on sending byte after byte.
func TestDribble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := pipeServer()
		c := l.dial()
		go func() { _, _ = io.Copy(io.Discard, c) }() // a pipe has no room for an answer
		start := time.Now()
		var err error
		for err == nil {
			_, err = io.WriteString(c, "G")
			time.Sleep(time.Second) // of the bubble's clock
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("held for %v", took)
		}
		c.Close()
		s.close()
	})
}

// TestSlowClients: connections that never finish their request keep neither
// the right callback out nor the port.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	server := boxed(t, box.Config{})
	f := run(t, Browser{Authority: clientOf(server.Issuer())})
	host := parse(t, f.at("/", nil)).Host
	var dribbling sync.WaitGroup
	for range 50 {
		c := must.Get(net.Dial("tcp4", host))(t)
		defer c.Close()
		must.Get(io.WriteString(c, "GET "+callbackPath+"?state="+f.state()[:42]))(t)
		dribbling.Go(func() {
			_, err := io.Copy(io.Discard, c) // until it is hung up on
			if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
				t.Error(err)
			}
		})
	}
	page := open(t, f.page.String())
	if err := f.end(t); err != nil || !strings.Contains(page.body, "You are signed in") {
		t.Errorf("error %v, the browser was shown %s", err, page.body)
	}
	portIsFree(t, f)
	dribbling.Wait()
}

// TestSlowExchange: a browser is answered however long the exchange takes
// within its own limit.
func TestSlowExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := pipeServer()
		c := l.dial()
		go io.WriteString(c, "GET /auth/callback?code=c&state=the-state HTTP/1.1\r\nHost: 127.0.0.1:1455\r\n\r\n")
		answer := <-s.answers
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second) // both exchanges at their limits
		defer cancel()
		<-ctx.Done()
		go answer.show(ending{account: "ada@example.com"})
		resp := must.Get(http.ReadResponse(bufio.NewReader(c), nil))(t)
		body, err := io.ReadAll(resp.Body)
		if err != nil || !strings.Contains(string(body), "ada@example.com") {
			t.Errorf("got %s, error %v", body, err)
		}
		c.Close()
		s.close()
	})
}
