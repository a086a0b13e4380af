package login

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/authority"
)

// post is one request that a scripted server was sent.
type post struct {
	at           time.Time
	path, body   string
	method, kind string
	named        bool // it names the program that sends it
}

// reply is what a scripted server answers, or the error that comes instead.
type reply struct {
	status int
	body   string
	header http.Header
	err    error
}

func answer(status int, body string, headers ...string) reply {
	r := reply{status: status, body: body, header: make(http.Header)}
	for i := 0; i < len(headers); i += 2 {
		r.header.Set(headers[i], headers[i+1])
	}
	return r
}

// serverScript plays the authorization server without a network, so that it
// can live in a synctest bubble: the code first, then the polls one by one (the
// last repeats), then the exchange.
type serverScript struct {
	code  reply
	polls []reply
	token reply
	// polling, if not nil, is called at every poll.
	polling func(n int)

	mu    sync.Mutex // guards posts
	posts []post
}

const (
	fakeIDToken = "e30.eyJlbWFpbCI6ImFkYUBleGFtcGxlLmNvbSIsImh0dHBzOi8vYXBpLm9wZW5haS5jb20vYXV0aCI6eyJjaGF0Z3B0X2FjY291bnRfaWQiOiJhY2N0LWFkYSJ9fQ.c2ln"
	codeBody    = `{"device_auth_id":"dev-1","user_code":"ABCD-1234","interval":"5"}`
	grantBody   = `{"authorization_code":"dev-code-1","code_challenge":"cc","code_verifier":"cv"}`
	tokenBody   = `{"id_token":"` + fakeIDToken + `","access_token":"a","refresh_token":"r"}`
)

var (
	pendingReply = answer(403, `{"error":{"code":"deviceauth_authorization_pending"}}`)
	grantReply   = answer(200, grantBody)
)

// scriptOf answers everything well once the polls are over.
func scriptOf(polls ...reply) *serverScript {
	return &serverScript{code: answer(200, codeBody), polls: append(polls, grantReply), token: answer(200, tokenBody)}
}

// RoundTrip implements http.RoundTripper.
func (s *serverScript) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	p := post{
		at: time.Now(), path: req.URL.Path, body: string(body), method: req.Method, kind: req.Header.Get("Content-Type"),
		named: req.Header.Get("User-Agent") != "" || req.Header.Get("Originator") != "",
	}
	n := s.count(p.path)
	s.mu.Lock()
	s.posts = append(s.posts, p)
	s.mu.Unlock()
	r := s.token
	switch {
	case strings.HasSuffix(p.path, "/usercode"):
		r = s.code
	case strings.HasSuffix(p.path, "/deviceauth/token"):
		r = s.polls[min(n, len(s.polls)-1)]
		if s.polling != nil {
			s.polling(n)
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	return &http.Response{
		StatusCode: r.status, Header: r.header, Body: io.NopCloser(strings.NewReader(r.body)),
		ContentLength: int64(len(r.body)), Request: req,
	}, nil
}

func (s *serverScript) count(path string) (n int) {
	for _, p := range s.sent() {
		if p.path == path {
			n++
		}
	}
	return n
}

func (s *serverScript) sent() []post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]post(nil), s.posts...)
}

// pauses are those before each poll, in whole seconds, since the code.
func (s *serverScript) pauses() (list []int) {
	var last time.Time
	for _, p := range s.sent() {
		if strings.HasSuffix(p.path, "/deviceauth/token") {
			list = append(list, int(p.at.Sub(last)/time.Second))
		}
		last = p.at
	}
	return list
}

func (s *serverScript) client() *authority.Client {
	return authority.New(authority.Config{Issuer: "https://auth.example", HTTP: &http.Client{Transport: s}})
}

// runDevice goes through a flow against the script.
func runDevice(t *testing.T, s *serverScript, d Device) (*auth.Snapshot, error) {
	t.Helper()
	if d.Authority == nil {
		d.Authority = s.client()
	}
	if d.Show == nil {
		d.Show = func(DeviceCode) {}
	}
	return d.Run(t.Context())
}

// never is a Save that must not be called.
func never(t *testing.T) func(context.Context, *auth.Snapshot) error {
	return func(context.Context, *auth.Snapshot) error {
		t.Error("saved")
		return nil
	}
}
