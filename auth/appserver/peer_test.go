package appserver_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"os"
	"testing"
	"time"

	"rekey/auth/appserver"
	"rekey/test/kit"
)

// peer is the client's side of a connection, line by line.
type peer struct {
	t   *testing.T
	nc  net.Conn
	in  *bufio.Reader
	end chan error // what Serve returned
}

// connect starts a server on one end of a pipe.
func connect(t *testing.T, s *appserver.Server) *peer {
	t.Helper()
	mine, theirs := net.Pipe()
	p := &peer{t: t, nc: mine, in: bufio.NewReader(mine), end: make(chan error, 1)}
	go func() { p.end <- s.Serve(context.Background(), theirs) }()
	t.Cleanup(func() {
		_ = mine.Close()
		if err := <-p.end; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return p
}

// send writes one line.
func (p *peer) send(line string) {
	p.t.Helper()
	_ = p.nc.SetDeadline(time.Now().Add(time.Minute))
	if _, err := p.nc.Write([]byte(line + "\n")); err != nil {
		p.t.Fatalf("send: %v", err)
	}
}

// message is any line of the server.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
	line string
}

// next reads one line.
func (p *peer) next() message {
	p.t.Helper()
	_ = p.nc.SetDeadline(time.Now().Add(time.Minute))
	line, err := p.in.ReadString('\n')
	if err != nil {
		p.t.Fatalf("receive: %v", err)
	}
	var m message
	if err := json.Unmarshal([]byte(line), &m); err != nil {
		p.t.Fatalf("the server wrote %q: %v", line, err)
	}
	m.line = line
	return m
}

// ask sends a request and returns its answer.
func (p *peer) ask(line string) message {
	p.t.Helper()
	p.send(line)
	return p.next()
}

// initialized connects and says hello.
func initialized(t *testing.T, s *appserver.Server) *peer {
	t.Helper()
	p := connect(t, s)
	p.ask(`{"id":0,"method":"initialize","params":{"clientInfo":{"name":"test","version":"1"},"capabilities":{"experimentalApi":true}}}`)
	p.send(`{"method":"initialized"}`)
	return p
}

func TestMain(m *testing.M) { os.Exit(kit.Main(m)) }
