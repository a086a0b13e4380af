package authority

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit/must"
)

// scripted is a server below HTTP: it reads each request whole and then does
// with the connection whatever the test says.
type scripted struct {
	url      string
	listener net.Listener

	mu       sync.Mutex // guards requests
	requests []string
}

// serve starts a server that hands every connection, after its request was
// read, to answer. The connection is closed when answer returns.
func serve(t *testing.T, answer func(c net.Conn)) *scripted {
	t.Helper()
	l := must.Get(net.Listen("tcp", "127.0.0.1:0"))(t)
	s := &scripted{url: "http://" + l.Addr().String(), listener: l}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns.Go(func() {
				defer c.Close()
				if s.read(c) {
					answer(c)
				}
			})
		}
	})
	t.Cleanup(func() { l.Close(); conns.Wait() })
	return s
}

// read takes one request off the connection and keeps its bytes.
func (s *scripted) read(c net.Conn) bool {
	var raw strings.Builder
	req, err := http.ReadRequest(bufio.NewReader(io.TeeReader(c, &raw)))
	if err != nil {
		return false
	}
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, raw.String())
	return true
}

// seen returns the requests that arrived whole, byte for byte.
func (s *scripted) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.requests...)
}

// text answers with these bytes.
func text(s string) func(net.Conn) {
	return func(c net.Conn) { _, _ = io.WriteString(c, s) }
}

// response is a well-formed answer.
func response(status int, body string, headers ...string) string {
	head := fmt.Sprintf("HTTP/1.1 %d Some Text\r\nContent-Length: %d\r\n", status, len(body))
	for _, h := range headers {
		head += h + "\r\n"
	}
	return head + "\r\n" + body
}

// untilClosed answers nothing until the client hangs up.
func untilClosed(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

// clientFor returns a Client whose token endpoint is the server's.
func clientFor(s *scripted) *Client {
	return New(Config{RefreshURL: s.url + tokenPath, RefreshLimit: 10 * time.Second})
}

// testToken is long enough to be recognised wherever it turns up.
const testToken = "rt-fake-0123456789-do-not-leak"

var testRequest = auth.RefreshRequest{RefreshToken: auth.NewSecret(testToken), Reason: auth.RefreshForced}

// discardLog keeps a server's complaints about the clients of a test quiet.
func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }
