package replay

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAuthorityAnswers(t *testing.T) {
	t.Parallel()
	a := authorityOf(t, `[
	  {"status": 200, "body": {"a": 1}},
	  {"status": 503, "body": "\udcff<", "content_type": "text/html", "headers": {"retry-after": "7"}},
	  {"drop": true},
	  {"status": 200, "body": "{}", "truncate": true},
	  {"status": 302, "headers": {"location": "/redirected"}},
	  {"body": null}
	]`, `{"/other": {"status": 201, "body": "there"}}`)
	for i, tt := range []struct {
		path       string
		wantStatus int
		wantBody   string
		wantErr    bool
		header     string
		wantHeader string
		wantSeen   int
	}{
		{"/oauth/token", 200, `{"a": 1}`, false, "Content-Type", "application/json", 1},
		{"/other?x=y", 201, "there", false, "", "", 1},
		{"/nowhere", 404, "", false, "", "", 1},
		{"/oauth/token?x", 503, "\xff<", false, "Retry-After", "7", 2},
		{"/oauth/token", 0, "", true, "", "", 3},
		{"/oauth/token", 200, "{}", true, "", "", 4},
		{"/oauth/token", 302, "", false, "Location", "/redirected", 5},
		{"/redirected", 200, "", false, "Content-Type", "application/json", 6},
		{"/oauth/token", 200, "", false, "", "", 7},
	} {
		status, header, body, err := post(t, a.url+tt.path)
		if status != tt.wantStatus || body != tt.wantBody || (err != nil) != tt.wantErr {
			t.Errorf("request %d: got %d %q, %v", i, status, body, err)
		}
		if got := header.Get(tt.header); tt.header != "" && got != tt.wantHeader {
			t.Errorf("request %d: %s is %q, want %q", i, tt.header, got, tt.wantHeader)
		}
		if got := len(a.seen()); got != tt.wantSeen {
			t.Errorf("request %d: %d refreshes seen, want %d", i, got, tt.wantSeen)
		}
	}
	if got := a.seen()[0]; got != (request{"POST", "hello"}) {
		t.Errorf("first refresh: %+v", got)
	}
}

func authorityOf(t *testing.T, replies, backend string) *authority {
	t.Helper()
	a, err := listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	var list []reply
	if err := json.Unmarshal([]byte(replies), &list); err != nil {
		t.Fatal(err)
	}
	var paths map[string]reply
	if err := json.Unmarshal([]byte(backend), &paths); err != nil {
		t.Fatal(err)
	}
	a.script(list, paths)
	return a
}

func post(t *testing.T, url string) (status int, header http.Header, body string, err error) {
	t.Helper()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := transport.RoundTrip(r)
	if err != nil {
		return 0, nil, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, string(text), err
}

func TestAuthorityWithoutReplies(t *testing.T) {
	t.Parallel()
	a := authorityOf(t, `[]`, `{}`)
	if status, _, _, err := post(t, a.url+"/oauth/token"); status != http.StatusInternalServerError {
		t.Errorf("got %d, %v", status, err)
	}
}

func TestSettleWaitsForTheAnswer(t *testing.T) {
	t.Parallel()
	a := authorityOf(t, `[{"status": 200, "delay": 0.05}]`, `{}`)
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_, _, _, _ = post(t, a.url+"/oauth/token")
	}()
	if err := a.awaitMore(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if err := a.settle(t.Context(), time.Millisecond, 0); err != nil {
		t.Fatal(err)
	}
	a.mu.Lock()
	if a.inFlight != 0 {
		t.Errorf("settled with %d requests in flight", a.inFlight)
	}
	a.mu.Unlock()
	<-answered
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	t.Parallel()
	a := authorityOf(t, `[]`, `{}`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.awaitMore(ctx, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestCloseEndsADelay(t *testing.T) {
	t.Parallel()
	a := authorityOf(t, `[{"status": 200, "delay": 3600}]`, `{}`)
	failed := make(chan error, 1)
	go func() {
		_, _, _, err := post(t, a.url+"/oauth/token")
		failed <- err
	}()
	if err := a.awaitMore(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	a.close()
	if err := <-failed; err == nil {
		t.Error("got an answer")
	}
}
