package login

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// TestSignIn is the flow as it should be: a browser that is opened, a server
// that approves, tokens that can be stored.
func TestSignIn(t *testing.T) {
	server := boxed(t, box.Config{APIKey: "sk-fake"})
	shown := make(chan visit, 1)
	saved := make(chan *auth.Snapshot, 1)
	b := Browser{
		Authority: clientOf(server.Issuer()),
		Ports:     []int{0},
		Open: func(_ context.Context, address string) error {
			shown <- open(t, address)
			return nil
		},
		Prompt: func(string) { t.Error("prompted although the browser opened") },
		Save:   func(_ context.Context, s *auth.Snapshot) error { saved <- s; return nil },
	}
	got := must.Get(b.Run(t.Context()))(t)
	page := <-shown
	if page.status != http.StatusOK || !strings.Contains(page.body, "You are signed in as ada@example.com.") {
		t.Errorf("the browser was shown %d %s", page.status, page.body)
	}
	if s := <-saved; s != got {
		t.Error("Save was given another sign-in than Run returns")
	}
	if !server.Works(got.RefreshToken().Reveal()) {
		t.Error("the refresh token does not work")
	}
	if want := (auth.Provenance{Issuer: server.Issuer(), ClientID: box.CodexClientID}); *got.Provenance() != want {
		t.Errorf("provenance %+v, want %+v", *got.Provenance(), want)
	}
	if got.APIKey().Reveal() != "sk-fake" || !got.Usable() || got.Claims().Email != "ada@example.com" {
		t.Errorf("API key there: %t, usable: %t", got.HasAPIKey(), got.Usable())
	}
}

// TestAuthorizeURL: what is random in it has Codex's form; the rest is the
// authority's and tested there.
func TestAuthorizeURL(t *testing.T) {
	f := run(t, Browser{Authority: clientOf("https://auth.example"), Workspaces: []string{"acct_1", "acct_2"}})
	q := f.page.Query()
	if len(q.Get("state")) != 43 || len(q.Get("code_challenge")) != 43 || q.Get("allowed_workspace_id") != "acct_1,acct_2" {
		t.Errorf("got %v", q)
	}
	redirect := parse(t, q.Get("redirect_uri"))
	if redirect.Hostname() != "127.0.0.1" || redirect.Path != "/auth/callback" || redirect.Scheme != "http" {
		t.Errorf("redirect_uri %s", redirect)
	}
	again := run(t, Browser{Authority: clientOf("https://auth.example")})
	if again.state() == f.state() || again.page.Query().Get("code_challenge") == q.Get("code_challenge") {
		t.Error("two flows share their secrets")
	}
}

func TestPKCE(t *testing.T) {
	if n := len(newVerifier()); n != 86 {
		t.Errorf("verifier of %d characters, Codex's has 86", n)
	}
	// RFC 7636, appendix B.
	if got := challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"); got != "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" {
		t.Errorf("challenge %s", got)
	}
}

// TestBrowserDoesNotOpen: the address goes to the user instead, and the flow
// goes on.
func TestBrowserDoesNotOpen(t *testing.T) {
	server := boxed(t, box.Config{})
	var b Browser
	prompted := make(chan string, 1)
	b = Browser{
		Authority: clientOf(server.Issuer()),
		Ports:     []int{0},
		Open:      func(context.Context, string) error { return errors.New("no browser here") },
		Prompt:    func(address string) { prompted <- address },
	}
	ended := kit.Later(func() error { _, err := b.Run(t.Context()); return err })
	if page := open(t, <-prompted); page.status != http.StatusOK {
		t.Errorf("the browser was shown %d %s", page.status, page.body)
	}
	must.Do(t, <-ended)
}

// TestNobodySeesThePage: the flow does not wait for a browser that cannot come.
func TestNobodySeesThePage(t *testing.T) {
	broken := errors.New("no browser starts")
	opens := func(err error) func(context.Context, string) error {
		return func(context.Context, string) error { return err }
	}
	for name, tt := range map[string]struct {
		open  func(context.Context, string) error
		cause error
	}{
		"nothing to show it with":   {nil, nil},
		"no browser, no prompt":     {opens(broken), broken},
		"headless":                  {opens(CheckBrowser("linux", func(string) string { return "" })), nil},
		"headless, said with words": {opens(fmt.Errorf("opening: %w", &NoBrowserError{})), nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Browser{
				Authority: clientOf("https://auth.example"), Ports: []int{0}, Open: tt.open, Save: never(t),
			}.Run(t.Context())
			if _, ok := errors.AsType[*NoBrowserError](err); !ok || !errors.Is(err, tt.cause) && tt.cause != nil || !strings.Contains(err.Error(), "no browser") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestCheckBrowser(t *testing.T) {
	for _, tt := range []struct {
		system, name string
		there        bool
	}{
		{"linux", "HOME", false}, {"linux", "DISPLAY", true}, {"linux", "WAYLAND_DISPLAY", true}, {"linux", "BROWSER", true}, {"linux", "WSL_DISTRO_NAME", true},
		{"freebsd", "HOME", false}, {"windows", "HOME", true}, {"darwin", "HOME", true},
	} {
		err := CheckBrowser(tt.system, func(name string) string {
			if name == tt.name {
				return "x"
			}
			return ""
		})
		if (err == nil) != tt.there {
			t.Errorf("%s with %s: %v", tt.system, tt.name, err)
		}
	}
}

// TestFlowEndsOpen: a browser that is still being opened is given up with the
// flow, and that is no reason to prompt.
func TestFlowEndsOpen(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	b := Browser{
		Authority: clientOf("https://auth.example"),
		Ports:     []int{0},
		Open: func(ctx context.Context, _ string) error {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		},
		Prompt: func(string) { t.Error("prompted after the end") },
	}
	if _, err := b.Run(ctx); !errors.Is(err, ErrCancelled) {
		t.Errorf("got %v, want ErrCancelled", err)
	}
}
