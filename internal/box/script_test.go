package box

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"rekey/test/kit/must"
)

func TestScriptedReplies(t *testing.T) {
	for name, tt := range map[string]struct {
		reply       Reply
		wantStatus  int // 0 when there is no answer
		wantCode    string
		wantSpent   bool
		wantOutcome string
		check       func(*testing.T, answer)
	}{
		"true answer":   {Reply{}, 200, "", true, OutcomeOK, nil},
		"refusal":       {Refusal(401, "app_session_expired"), 401, "app_session_expired", false, OutcomeScripted, nil},
		"bytes":         {Reply{Status: 500, Body: "<html>\xff"}, 500, "", false, OutcomeScripted, wantBody("<html>\xff")},
		"no content":    {Reply{Status: 204}, 204, "", false, OutcomeScripted, wantBody("")},
		"redirect":      {Redirect("http://127.0.0.1:9/"), 307, "", false, OutcomeScripted, wantHeader("Location", "http://127.0.0.1:9/")},
		"content type":  {Reply{Status: 200, Header: map[string]string{"Content-Type": "text/plain"}}, 200, "", false, OutcomeScripted, wantHeader("Content-Type", "text/plain")},
		"delayed":       {Reply{Delay: time.Millisecond}, 200, "", true, OutcomeOK, nil},
		"dropped":       {Reply{Drop: true}, 0, "", true, OutcomeDropped, nil},
		"cut short":     {Reply{Status: 200, Body: "{", Truncate: true}, 200, "", false, OutcomeScripted, wantCut},
		"true, but cut": {Reply{Truncate: true}, 200, "", true, OutcomeOK, wantCut},
		"huge": {Huge(3 << 20), 200, "", false, OutcomeScripted, func(t *testing.T, a answer) {
			if len(a.body) < 3<<20 {
				t.Errorf("got %d bytes", len(a.body))
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, Config{})
			s.Script(tt.reply)
			token := s.Issue(Ada()).RefreshToken
			a := refresh(t, s, token)
			if a.status != tt.wantStatus || a.code() != tt.wantCode {
				t.Errorf("got %d %q, want %d %q", a.status, a.code(), tt.wantStatus, tt.wantCode)
			}
			if (tt.wantStatus == 0) != (a.err != nil && a.status == 0) {
				t.Errorf("error: %v", a.err)
			}
			if spent := !s.Works(token); spent != tt.wantSpent {
				t.Errorf("token spent: got %v, want %v", spent, tt.wantSpent)
			}
			if tt.check != nil {
				tt.check(t, a)
			}
			err := s.WaitUntil(t.Context(), func(all []Request) bool { return all[0].Outcome == tt.wantOutcome })
			if err != nil {
				t.Errorf("outcome %+v, want %s", s.Requests(), tt.wantOutcome)
			}
		})
	}
}

func wantBody(want string) func(*testing.T, answer) {
	return func(t *testing.T, a answer) {
		if string(a.body) != want {
			t.Errorf("body: got %q, want %q", a.body, want)
		}
	}
}

func wantHeader(name, want string) func(*testing.T, answer) {
	return func(t *testing.T, a answer) {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func wantCut(t *testing.T, a answer) {
	if !errors.Is(a.err, io.ErrUnexpectedEOF) {
		t.Errorf("reading the body: got %v, want io.ErrUnexpectedEOF", a.err)
	}
}

func TestScriptThenMode(t *testing.T) {
	s := start(t, Config{})
	s.SetMode(Reply{Status: 503})
	s.Script(Reply{Status: 502}, Reply{})
	token := s.Issue(Ada()).RefreshToken
	for i, want := range []int{502, 200, 503, 503} {
		if got := refresh(t, s, token).status; got != want {
			t.Errorf("answer %d: got %d, want %d", i, got, want)
		}
	}
	s.SetMode(Reply{})
	if a := refresh(t, s, token); a.code() != CodeReused {
		t.Errorf("after the mode: got %d %s", a.status, a.body)
	}
}

func TestRequestsAreSeenWhileTheyAreHeldBack(t *testing.T) {
	c := newClock()
	s := start(t, Config{Now: c.Now})
	gate := make(chan struct{})
	s.Script(Reply{Gate: gate})
	s.Issue(Ada())
	token := s.Issue(Ada()).RefreshToken
	got := make(chan int, 1)
	go func() { got <- refresh(t, s, token).status }()
	must.Do(t, s.WaitForRequests(t.Context(), 1))
	r := s.Requests()[0]
	if r.Header.Get("Content-Type") != "application/json" {
		t.Errorf("header: %v", r.Header)
	}
	r.Header = nil
	want := Request{
		At: c.Now(), Endpoint: "/oauth/token", Grant: GrantRefresh, ClientID: CodexClientID,
		RefreshToken: 2, Reason: "forced", Outcome: OutcomePending,
	}
	if r.At != want.At || r.Endpoint != want.Endpoint || r.Grant != want.Grant || r.ClientID != want.ClientID ||
		r.RefreshToken != want.RefreshToken || r.Reason != want.Reason || r.Outcome != want.Outcome {
		t.Errorf("got %+v, want %+v", r, want)
	}
	if s.Works(token) {
		t.Error("the token is not spent while its answer is held back")
	}
	close(gate)
	if status := <-got; status != http.StatusOK {
		t.Errorf("got %d", status)
	}
	if outcome := s.Requests()[0].Outcome; outcome != OutcomeOK {
		t.Errorf("outcome: got %s, want %s", outcome, OutcomeOK)
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	s := start(t, Config{})
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if err := s.WaitForRequests(ctx, 1); !errors.Is(err, cause) {
		t.Errorf("got %v, want %v", err, cause)
	}
}

func TestCloseEndsRequestsThatAreHeldBack(t *testing.T) {
	for _, held := range []Reply{{Gate: make(chan struct{})}, {Delay: time.Hour}} {
		s := start(t, Config{})
		s.SetMode(held)
		done := make(chan answer, 1)
		go func() { done <- refresh(t, s, "x") }()
		must.Do(t, s.WaitForRequests(t.Context(), 1))
		s.Close()
		if a := <-done; a.err == nil {
			t.Errorf("got an answer: %d", a.status)
		}
		if got := s.Requests()[0].Outcome; got != OutcomeDropped {
			t.Errorf("outcome: got %s, want %s", got, OutcomeDropped)
		}
		s.Close()
	}
}

// TestAnswer: a function answers whatever comes, and is told the requests so far.
func TestAnswer(t *testing.T) {
	s := start(t, Config{})
	s.Answer(func(all []Request) Reply {
		last := all[len(all)-1]
		reply := Reply{Status: 210 + len(all), Body: last.Method + " " + last.Endpoint + " " + last.Body}
		if last.Endpoint == "/drop" {
			reply.Drop = true
		}
		return reply
	})
	token := s.Issue(Ada()).RefreshToken
	for _, tt := range []struct {
		got  answer
		want string
	}{
		{send(t, "GET", s.TokenURL()+"?a=b", "", ""), "GET /oauth/token "},
		{send(t, "PUT", s.Issuer()+"/elsewhere", "text/plain", "\xff"), "PUT /elsewhere \xff"},
		{send(t, "POST", s.Issuer()+"/drop", "", "x"), ""},
	} {
		if string(tt.got.body) != tt.want || (tt.got.err != nil) != (tt.want == "") {
			t.Errorf("got %d %q, %v, want %q", tt.got.status, tt.got.body, tt.got.err, tt.want)
		}
	}
	if a := refresh(t, s, token); a.status != 214 || !s.Works(token) {
		t.Errorf("a refresh: got %d, and the token works: %v", a.status, s.Works(token))
	}
	for i, want := range []string{OutcomeScripted, OutcomeScripted, OutcomeDropped, OutcomeScripted} {
		if r := s.Requests()[i]; r.Outcome != want || r.Ended.Before(r.At) {
			t.Errorf("request %d: %+v, want %s", i, r, want)
		}
	}
}
