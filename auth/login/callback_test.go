package login

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"rekey/auth/authority"
	"rekey/internal/box"
	"rekey/test/kit/must"
)

// TestOneCallback: while the first is being worked on, nobody gets a second.
func TestOneCallback(t *testing.T) {
	t.Parallel()
	var exchanges atomic.Int32
	asked, release := make(chan struct{}), make(chan struct{})
	url := issuer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("grant_type") != "authorization_code" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if exchanges.Add(1) == 1 {
			close(asked)
		}
		<-release
		fmt.Fprintf(w, `{"id_token":%q,"access_token":"a","refresh_token":"r"}`, "e30.e30.c2ln")
	})
	f := run(t, Browser{Authority: clientOf(url)})
	first := make(chan visit, 1)
	go func() { first <- open(t, f.callback("code", "c")) }()
	<-asked
	for _, again := range []string{f.callback("code", "c"), f.callback("error", "e"), f.at(cancelPath, nil)} {
		if got := open(t, again); got.status != http.StatusConflict {
			t.Errorf("%s: got %d, want 409", again, got.status)
		}
	}
	close(release)
	must.Do(t, f.end(t))
	if page := <-first; page.status != http.StatusOK || !strings.Contains(page.body, "You are signed in.") {
		t.Errorf("the browser was shown %d %s", page.status, page.body)
	}
	if n := exchanges.Load(); n != 1 {
		t.Errorf("%d exchanges, want 1", n)
	}
}

// TestForeignCode: a code that was not made for this flow is worth nothing,
// even to one who knows the state.
func TestForeignCode(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		clientID string // of the server and of who asked for the code
		says     string
	}{
		"for another client": {"app_other", "it answered 400 (invalid_client)."},
		"of another flow":    {box.CodexClientID, "it answered 400 (invalid_grant)."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := boxed(t, box.Config{ClientID: tt.clientID})
			other := run(t, Browser{Authority: authority.New(authority.Config{Issuer: server.Issuer(), ClientID: tt.clientID})})
			f := run(t, Browser{Authority: clientOf(server.Issuer()), Save: never(t)})
			page := open(t, f.callback("code", codeFor(t, other)))
			var failed *authority.ExchangeError
			if err := f.end(t); !errors.As(err, &failed) {
				t.Errorf("error %v (%T)", err, err)
			}
			if !strings.Contains(page.body, tt.says) || !strings.Contains(page.body, "Nothing was saved.") {
				t.Errorf("the browser was shown %s", page.body)
			}
			other.running(t)
		})
	}
}

// codeFor has the authorization server make a code for a flow, and keeps it.
func codeFor(t *testing.T, f *flow) string {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp := must.Get(client.Get(f.page.String()))(t)
	resp.Body.Close()
	code := parse(t, resp.Header.Get("Location")).Query().Get("code")
	if code == "" {
		t.Fatalf("no code: %s", resp.Status)
	}
	return code
}

// TestStranger: a connection of another user's process reaches nothing.
func TestStranger(t *testing.T) {
	l := must.Get(net.Listen("tcp4", "127.0.0.1:0"))(t)
	s := startServer(l, "the-state", func(net.Conn) bool { return false })
	defer s.close()
	for _, path := range []string{callbackPath + "?code=c&state=the-state", cancelPath, "/"} {
		if got := open(t, "http://"+l.Addr().String()+path); got.status != http.StatusForbidden {
			t.Errorf("%s: got %d, want 403", path, got.status)
		}
	}
	if len(s.answers) != 0 {
		t.Error("the flow was answered")
	}
}
