package login

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/authority"
	"rekey/internal/box"
	"rekey/test/kit"
)

// TestEndings: what the browser brings or the server answers, the error that
// becomes of it and what the user is told.
func TestEndings(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		callback []string
		answer   string // of the token endpoint; a status other than 200 comes first
		is       error  // the error, or one of its type
		says     string
	}{
		"refused":           {[]string{"error", "access_denied", "error_description", "User said no"}, "", &DeniedError{}, "The sign-in was refused: User said no."},
		"refused in short":  {[]string{"error", "server_error"}, "", &DeniedError{}, "The sign-in was refused: server_error."},
		"error beats code":  {[]string{"error", "access_denied", "code", "c"}, "", &DeniedError{}, "The sign-in was declined on the authorization server&#39;s page."},
		"no entitlement":    {[]string{"error", "access_denied", "error_description", "missing_codex_entitlement"}, "", &DeniedError{}, "Codex is not enabled for this workspace; its administrator can grant access."},
		"HTML in the error": {[]string{"error", "x", "error_description", "<script>alert(1)</script>"}, "", &DeniedError{}, "The sign-in was refused: &lt;script&gt;alert(1)&lt;/script&gt;."},
		"no code":           {nil, "", ErrNoCode, "sent no code, so the sign-in could not be completed."},
		"empty code":        {[]string{"code", ""}, "", ErrNoCode, "sent no code, so the sign-in could not be completed."},
		"empty error":       {[]string{"error", ""}, "", ErrNoCode, "sent no code, so the sign-in could not be completed."},
		"empty error, code": {[]string{"error", "", "code", "c"}, "", ErrNoCode, "sent no code, so the sign-in could not be completed."},
		"only described":    {[]string{"error", "", "error_description", "no way"}, "", &DeniedError{}, "The sign-in was refused: no way."},
		"exchange refused":  {[]string{"code", "c"}, `400 {"error":"invalid_grant","error_description":"do-not-show"}`, &authority.ExchangeError{}, "it answered 400 (invalid_grant)."},
		"exchange lacks":    {[]string{"code", "c"}, `{"access_token":"do-not-show"}`, &authority.ExchangeError{}, "its answer lacks a token."},
		"no JSON Web Token": {[]string{"code", "c"}, `{"id_token":"do-not-show","access_token":"a","refresh_token":"r"}`, nil, "id_token is not a JSON Web Token."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := issuer(t, func(w http.ResponseWriter, _ *http.Request) {
				status, body, found := strings.Cut(tt.answer, " ")
				if found && status == "400" {
					w.WriteHeader(http.StatusBadRequest)
				} else {
					body = tt.answer
				}
				_, _ = io.WriteString(w, body)
			})
			f := run(t, Browser{Authority: clientOf(url), Save: func(context.Context, *auth.Snapshot) error {
				t.Error("saved")
				return nil
			}})
			page := open(t, f.callback(tt.callback...))
			err := f.end(t)
			if !isLike(err, tt.is) {
				t.Errorf("error %v (%T), want like %T", err, err, tt.is)
			}
			if !strings.Contains(page.body, tt.says) || !strings.Contains(page.body, "Sign-in failed") || strings.Contains(page.body, "do-not-show") {
				t.Errorf("the browser was shown %s", page.body)
			}
			if f.signIn != nil {
				t.Error("a sign-in beside the error")
			}
		})
	}
}

// isLike compares by identity or by type; anything but nil is like nil.
func isLike(err, want error) bool {
	switch want.(type) {
	case nil:
		return err != nil
	case *DeniedError:
		var e *DeniedError
		return errors.As(err, &e)
	case *authority.ExchangeError:
		var e *authority.ExchangeError
		return errors.As(err, &e)
	}
	return errors.Is(err, want)
}

func TestWorkspaces(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		allowed []string
		wrong   bool
	}{
		"any":           {nil, false},
		"the only one":  {[]string{"acct-ada"}, false},
		"one of two":    {[]string{"acct-x", "acct-ada"}, false},
		"another":       {[]string{"acct-zzz"}, true},
		"byte by byte":  {[]string{"ACCT-ADA"}, true},
		"not a pattern": {[]string{"acct-*", ""}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := boxed(t, box.Config{APIKey: "sk-fake"})
			f := run(t, Browser{Authority: clientOf(server.Issuer()), Workspaces: tt.allowed})
			page := open(t, f.page.String())
			var wrong *WorkspaceError
			if err := f.end(t); errors.As(err, &wrong) != tt.wrong || (err != nil) != tt.wrong {
				t.Fatalf("got %v", err)
			}
			if tt.wrong != strings.Contains(page.body, "<h1>Wrong workspace</h1>") {
				t.Errorf("the browser was shown %s", page.body)
			}
			if !tt.wrong {
				return
			}
			if wrong.Workspace != "acct-ada" {
				t.Errorf("workspace %q", wrong.Workspace)
			}
			for _, r := range server.Requests() {
				if r.Grant == box.GrantExchange {
					t.Error("an API key was asked for")
				}
			}
		})
	}
}

func TestTimeout(t *testing.T) {
	f := run(t, Browser{Authority: clientOf("https://auth.example"), Limit: 10 * time.Millisecond})
	if err := f.end(t); !errors.Is(err, ErrTimeout) {
		t.Errorf("got %v, want ErrTimeout", err)
	}
	portIsFree(t, f)
}

func TestCancelledWhileWaiting(t *testing.T) {
	f := run(t, Browser{Authority: clientOf("https://auth.example")})
	f.cancel()
	if err := f.end(t); !errors.Is(err, ErrCancelled) {
		t.Errorf("got %v, want ErrCancelled", err)
	}
	portIsFree(t, f)
}

// TestCancelledInTheExchange: the flow does not wait for a server that hangs,
// and the browser is told.
func TestCancelledInTheExchange(t *testing.T) {
	asked := make(chan struct{})
	release := make(chan struct{})
	url := issuer(t, func(http.ResponseWriter, *http.Request) {
		close(asked)
		<-release
	})
	t.Cleanup(func() { close(release) }) // before the issuer's own clean-up, which waits
	f := run(t, Browser{Authority: clientOf(url)})
	shown := make(chan visit, 1)
	go func() { shown <- open(t, f.callback("code", "c")) }()
	<-asked
	f.cancel()
	if err := f.end(t); !errors.Is(err, ErrCancelled) {
		t.Errorf("got %v, want ErrCancelled", err)
	}
	if page := <-shown; !strings.Contains(page.body, "The sign-in was cancelled.") {
		t.Errorf("the browser was shown %s", page.body)
	}
	portIsFree(t, f)
}

// TestDeadline: a deadline of the caller's is a timeout, too.
func TestDeadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err := Browser{Authority: clientOf("https://auth.example"), Ports: []int{0}, Prompt: func(string) {}}.Run(ctx)
	if !errors.Is(err, ErrTimeout) {
		t.Errorf("got %v, want ErrTimeout", err)
	}
}

// portIsFree wants that nobody listens on the flow's port.
func portIsFree(t *testing.T, f *flow) {
	t.Helper()
	// For a moment another program may have it for its side of a connection.
	kit.Eventually(t, "the port is free", func() bool { return isFree(f) })
}

// isFree binds the flow's port.
func isFree(f *flow) bool {
	u, err := url.Parse(f.at("/", url.Values{}))
	if err != nil {
		return false
	}
	l, err := net.Listen("tcp4", u.Host)
	if err != nil {
		return false
	}
	l.Close()
	return true
}
