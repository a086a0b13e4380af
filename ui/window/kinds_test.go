package window_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/auth/agent"
	"rekey/auth/codex"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/tray"
	"rekey/ui/window"
	"rekey/ui/words"
)

// kind is a kind of sign-in, and what is right for it.
type kind struct {
	content []byte // nil: nobody is signed in
	config  string // of Codex
	copied  bool   // another home holds the same, and refreshes it first
	// can: it can be refreshed. token: there is an access token that Codex uses.
	can, token bool
	status     auth.Status
	quiet      bool // the prompt says nothing: all is well
}

// kinds are all of them. access is a working access token, ended one that is not.
func kinds(server *box.Server) map[string]kind {
	mine := func(options ...box.AuthOption) []byte {
		tokens := server.Issue(box.Ada())
		return bytes.ReplaceAll(box.AuthJSON(append([]box.AuthOption{box.WithTokens(tokens)}, options...)...), []byte(`"`+blank+`"`), []byte(`""`))
	}
	ended := box.WithAccessToken(box.JWT(map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}))
	lent := box.WithRefreshToken("rekey-loan:v1:0123456789abcdef")
	return map[string]kind{
		"ChatGPT":                   {content: mine(), can: true, token: true, status: auth.StatusHealthy, quiet: true},
		"ChatGPT, ended":            {content: mine(ended), can: true, token: true, status: auth.StatusWaiting},
		"copied":                    {content: mine(), copied: true, can: true, token: true, status: auth.StatusHealthy, quiet: true},
		"copied, ended":             {content: mine(ended), copied: true, can: true, token: true, status: auth.StatusWaiting},
		"no last_refresh":           {content: mine(box.WithoutLastRefresh()), can: true, token: true, status: auth.StatusWaiting},
		"no access token":           {content: mine(box.WithAccessToken(blank)), can: true, token: true, status: auth.StatusWaiting},
		"no refresh token":          {content: mine(noRefreshToken), token: true, status: auth.StatusExpiring},
		"no refresh token, ended":   {content: mine(noRefreshToken, ended), status: auth.StatusSignInRequired},
		"no account":                {content: mine(box.WithoutAccountID()), token: true, status: auth.StatusExpiring},
		"no account, ended":         {content: mine(box.WithoutAccountID(), ended), status: auth.StatusSignInRequired},
		"headers":                   {content: mine(box.WithMode("headers")), status: auth.StatusExternal, quiet: true},
		"another program's":         {content: mine(box.WithMode("chatgptAuthTokens")), token: true, status: auth.StatusExternal, quiet: true},
		"loan":                      {content: mine(lent), token: true, status: auth.StatusExternal, quiet: true},
		"loan, ended":               {content: mine(lent, ended), status: auth.StatusWaiting},
		"API key":                   {content: box.AuthJSON(box.WithAPIKey("not-a-real-key")), status: auth.StatusAPIKey, quiet: true},
		"API key beside old tokens": {content: mine(box.WithMode("apikey"), ended), status: auth.StatusSignedOut},
		"restricted":                {content: mine(), config: `forced_login_method = "api"`, status: auth.StatusSignedOut},
		"encrypted": {content: mine(), config: "cli_auth_credentials_store = \"keyring\"\n[features]\nsecret_auth_storage = true",
			status: auth.StatusUnreadable},
		"no tokens":  {content: []byte(`{}`), status: auth.StatusSignedOut},
		"signed out": {status: auth.StatusSignedOut},
	}
}

// TestKinds: whether a sign-in can be refreshed, everybody agrees on: the State, the
// Manager, the keeper, the token, and every face in every language.
func TestKinds(t *testing.T) {
	t.Parallel()
	for name := range kinds(newServer(t)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked(t, name)
			kept(t, name)
		})
	}
}

// asked: the State, the faces, Token and Refresh.
func asked(t *testing.T, name string) {
	t.Helper()
	server, k, h, _ := homeOf(t, name)
	s, sent := h.State(), server.Refreshes()
	if s.Status != k.status || (s.Refreshable != auth.RefreshableNo) != k.can {
		t.Errorf("the State is %s, refreshable: %s, want %s, %t (%s)", s.Status, s.Refreshable, k.status, k.can, s.Problem)
	}
	for _, language := range lang.Languages() {
		w := words.New(lang.For(language))
		promise := w.Say("fact.refreshes_itself")
		for face, say := range faces(w) {
			says := strings.Contains(say(s), promise)
			hidden := face == "menu" && s.Status == auth.StatusWaiting // its first line says it
			if says != k.can && !hidden {
				t.Errorf("%s: the %s promises a refresh: %t\n%s", language, face, says, say(s))
			}
		}
		if prompt := printed(w, s, "prompt"); (prompt == "") != k.quiet {
			t.Errorf("%s: the prompt is %q", language, prompt)
		}
		offered := tray.Menu(w, []tray.View{{State: s}}, time.Now(), tray.Abilities{}).Homes[0].Rows[tray.RowRefresh].Enabled
		if want := k.can && s.Status == auth.StatusHealthy; offered != want || window.ViewOf(w, s, time.Now()).Refresh != want {
			t.Errorf("%s: a refresh is offered: %t, want %t", language, offered, want)
		}
	}
	_, err := h.Token(kit.Context(t), 0)
	if (err == nil) != k.token {
		t.Errorf("Token = %v", err)
	}
	dead := s.Obstacle.DeadEnd()
	if err := h.Refresh(kit.Context(t)); (err != nil) != dead {
		t.Errorf("Refresh = %v", err)
	}
	want := 0
	if k.can && !k.copied { // what another home has is taken over, and is fresh
		want = 1
	}
	if n := server.Refreshes() - sent; n != want || server.Reused() != 0 {
		t.Errorf("%d requests, %d of them spent; want %d", n, server.Reused(), want)
	}
}

// kept: what the keeper does with it, by itself.
func kept(t *testing.T, name string) {
	t.Helper()
	server, k, h, decided := homeOf(t, name)
	sent := server.Refreshes()
	a := must.Get(h.Become(kit.Context(t), "test"))(t)
	ctx, stop := context.WithCancel(t.Context())
	ran := kit.Later(func() error { return a.Run(ctx) })
	defer func() {
		stop()
		if err := errors.Join(<-ran, a.Close(kit.Context(t))); err != nil {
			t.Error(err)
		}
	}()
	select {
	case <-decided:
	case <-kit.Context(t).Done():
		t.Fatal("the keeper does not make up its mind")
	}
	due := k.can && k.status == auth.StatusWaiting && !k.copied
	if n := server.Refreshes() - sent; (n == 1) != due || n > 1 || server.Reused() != 0 {
		t.Errorf("the keeper sent %d requests", n)
	}
	if next := h.State().NextRefresh; next.IsZero() == k.can {
		t.Errorf("the keeper's next refresh is at %v", next)
	}
}

func newServer(t *testing.T) *box.Server {
	t.Helper()
	server := must.Get(box.Start(box.Config{AccessLife: 3 * time.Hour}))(t)
	t.Cleanup(server.Close)
	return server
}

// homeOf is a home of its own with a kind of sign-in, which has been read. decided is
// closed when its keeper has said what it waits for.
func homeOf(t *testing.T, name string) (server *box.Server, k kind, h *agent.Home, decided <-chan struct{}) {
	t.Helper()
	server = newServer(t)
	k = kinds(server)[name]
	root, err := os.MkdirTemp("", "kinds") // a socket's path has little room
	must.Do(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	waits := make(chan struct{})
	open := func(dir string, log *slog.Logger) *agent.Home {
		home, err := box.NewHome(filepath.Join(root, dir))
		if err == nil && k.content != nil {
			err = home.Replace(k.content)
		}
		if err == nil && k.config != "" {
			err = home.WriteConfig(k.config)
		}
		if err == nil && name == "encrypted" {
			path := codex.EncryptedPath(home.Dir())
			err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("not readable here"), 0o600))
		}
		must.Do(t, err)
		env := map[string]string{
			"CODEX_HOME": home.Dir(), "CODEX_REFRESH_TOKEN_URL_OVERRIDE": server.TokenURL(), "CODEX_REVOKE_TOKEN_URL_OVERRIDE": server.RevokeURL(),
		}
		o := agent.Options{
			Dir: home.Dir(), Getenv: func(name string) string { return env[name] }, Log: log, Tell: func(error) {},
			Dirs: agent.Dirs{State: filepath.Join(root, "state"), Runtime: filepath.Join(root, "run")},
		}
		o.Store.BusAddress = "unix:path=" + filepath.Join(root, "no-bus")
		h := agent.Open(o)
		t.Cleanup(func() { _ = h.Close(context.Background()) })
		_ = h.Reload(t.Context())
		return h
	}
	h = open("codex", slog.New(slog.NewTextHandler(&waiting{said: waits}, nil)))
	if k.copied {
		must.Do(t, open("copy", slog.New(slog.DiscardHandler)).Refresh(kit.Context(t)))
		_ = h.Reload(t.Context())
	}
	return server, k, h, waits
}

// waiting closes said when the keeper says what it waits for, or that it rests.
type waiting struct {
	once sync.Once
	said chan struct{}
}

// Write implements io.Writer.
func (w *waiting) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("keeper: waits")) || bytes.Contains(p, []byte("keeper: rests")) {
		w.once.Do(func() { close(w.said) })
	}
	return len(p), nil
}
