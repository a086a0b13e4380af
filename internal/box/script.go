package box

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Reply is one scripted answer to a refresh. Its zero value is the true answer;
// fields that are set change it.
type Reply struct {
	// Status replaces the answer; 0 keeps the true one. A Reply with a Status
	// spends no refresh token.
	Status int
	// Body goes with Status, byte for byte.
	Body string
	// Header members are added to the answer's, or replace them.
	Header map[string]string
	// Delay and Gate hold the answer back, after the refresh token is spent:
	// for a time, and until the channel is closed.
	Delay time.Duration
	Gate  <-chan struct{}
	// Drop closes the connection instead of answering, when everything is done: the
	// answer is lost and the refresh token is spent.
	Drop bool
	// Truncate promises more bytes than are sent.
	Truncate bool
}

// Refusal is Codex's form of an error: {"error":{"code":…}}.
func Refusal(status int, code string) Reply {
	return Reply{Status: status, Body: encode(refusal(code))}
}

// Redirect sends the client elsewhere, which Codex 0.169 does not follow.
func Redirect(to string) Reply {
	return Reply{Status: http.StatusTemporaryRedirect, Header: map[string]string{"Location": to}}
}

// Huge is a 200 with a JSON object of at least n bytes.
func Huge(n int) Reply {
	return Reply{Status: http.StatusOK, Body: `{"pad":"` + strings.Repeat("x", n) + `"}`}
}

// script hands out the scripted replies.
type script struct {
	mu     sync.Mutex // guards all below
	next   []Reply
	always Reply // once next is used up
	answer func([]Request) Reply
}

// Script answers the next refreshes with these replies, one each, after those
// that are still to come.
func (s *Server) Script(replies ...Reply) {
	s.script.mu.Lock()
	defer s.script.mu.Unlock()
	s.script.next = append(s.script.next, replies...)
}

// SetMode sets the reply for every refresh without a scripted one. The zero
// Reply is the true answer.
func (s *Server) SetMode(r Reply) {
	s.script.mu.Lock()
	defer s.script.mu.Unlock()
	s.script.always = r
}

// Answer has f answer every request, whatever its path, in the server's place: no
// token is issued or redeemed from then on. f gets the requests so far, of which it
// answers the last, and returns a Reply with a Status. It must be safe for
// concurrent use.
func (s *Server) Answer(f func([]Request) Reply) {
	s.script.mu.Lock()
	defer s.script.mu.Unlock()
	s.script.answer = f
}

// instead returns what Answer was given, nil for nothing.
func (s *script) instead() func([]Request) Reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answer
}

// take returns the reply for one refresh.
func (s *script) take() Reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.next) == 0 {
		return s.always
	}
	r := s.next[0]
	s.next = s.next[1:]
	return r
}

// hold waits as Delay and Gate say. It reports false when ctx ended first.
func (r Reply) hold(ctx context.Context) bool {
	if r.Delay > 0 {
		timer := time.NewTimer(r.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return false
		}
	}
	if r.Gate != nil {
		select {
		case <-r.Gate:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// write sends the reply; Status is set.
func (r Reply) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	length := len(r.Body)
	if r.Truncate {
		length += 100 // net/http closes the connection when less follows
	}
	if r.Body != "" || r.Truncate {
		h.Set("Content-Length", strconv.Itoa(length))
	}
	for name, value := range r.Header {
		h.Set(name, value)
	}
	w.WriteHeader(r.Status)
	_, _ = w.Write([]byte(r.Body)) // the client may be gone
}

// encode writes plain maps and structs as JSON, which cannot fail.
func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("box: " + err.Error())
	}
	return string(text)
}
