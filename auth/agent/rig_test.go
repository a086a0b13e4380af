package agent

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// heldLock makes this test's program take the agent lock of the folder that it
// names, say so, and hold it until it is killed.
const heldLock = "REKEY_AGENT_TEST_LOCK"

func TestMain(m *testing.M) {
	if root := os.Getenv(heldLock); root != "" {
		os.Exit(holdLock(root))
	}
	os.Exit(m.Run())
}

// rig is a home, an authorization server in a box and Rekey's own folders.
type rig struct {
	t      *testing.T
	root   string
	home   *box.Home
	server *box.Server
	log    *kit.Record
	told   *kit.Record
	env    map[string]string

	mu      sync.Mutex // guards everything below
	secrets []string
}

// newRig makes a home with Ada's sign-in. What is logged and told is searched
// for its tokens when the test ends.
func newRig(t *testing.T, cfg box.Config) *rig {
	t.Helper()
	server := must.Get(box.Start(cfg))(t)
	t.Cleanup(server.Close)
	r := newBareRig(t)
	r.server = server
	r.env = map[string]string{
		"CODEX_REFRESH_TOKEN_URL_OVERRIDE": server.TokenURL(),
		"CODEX_REVOKE_TOKEN_URL_OVERRIDE":  server.RevokeURL(),
		"CODEX_APP_SERVER_LOGIN_ISSUER":    server.Issuer(),
	}
	r.put(r.newSignIn(box.Ada()))
	return r
}

// newBareRig is an empty home without a server.
func newBareRig(t *testing.T) *rig {
	t.Helper()
	// Not t.TempDir: a socket's path has room for about a hundred characters.
	root := must.Get(os.MkdirTemp("", "agent"))(t)
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	home := must.Get(box.NewHome(filepath.Join(root, "codex")))(t)
	r := &rig{t: t, root: root, home: home, log: &kit.Record{}, told: &kit.Record{}}
	t.Cleanup(r.searchForTokens)
	return r
}

// newSignIn signs somebody in at the server and returns the content for auth.json.
func (r *rig) newSignIn(a box.Account) []byte {
	tokens := r.server.Issue(a)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets = append(r.secrets, tokens.IDToken, tokens.AccessToken, tokens.RefreshToken)
	return box.AuthJSON(box.WithAccount(a), box.WithTokens(tokens))
}

// wantRefreshes compares how often the server was asked to refresh.
func (r *rig) wantRefreshes(want int) {
	r.t.Helper()
	if got := r.server.Refreshes(); got != want {
		r.t.Errorf("%d refreshes were asked for, want %d", got, want)
	}
}

func (r *rig) searchForTokens() {
	text := r.log.String() + r.told.String()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, secret := range r.secrets {
		if strings.Contains(text, secret) {
			r.t.Errorf("a token was logged or told:\n%s", text)
		}
	}
}

// options are those of the rig's home, after the changes.
func (r *rig) options(change ...func(*Options)) Options {
	o := Options{
		Dir:        r.home.Dir(),
		Dirs:       dirsBelow(r.root),
		Getenv:     func(name string) string { return r.env[name] },
		Settings:   r.settingsPath(),
		OpenURL:    browse,
		LoginPorts: []int{0},
		Tell:       func(said error) { fmt.Fprintln(r.told, said) },
		Log:        slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&o)
	}
	return o
}

// settingsPath is where the configuration file would be.
func (r *rig) settingsPath() string { return filepath.Join(r.root, "config", "rekey", "config.toml") }

// set writes the configuration file as an editor does that truncates it first.
func (r *rig) set(toml string) {
	r.t.Helper()
	path := r.settingsPath()
	must.Do(r.t, os.MkdirAll(filepath.Dir(path), 0o700))
	must.Do(r.t, os.WriteFile(path, []byte(toml), 0o600))
}

// settings is what the configuration file holds, "" for none.
func (r *rig) settings() string {
	text, err := os.ReadFile(r.settingsPath())
	if err != nil {
		return ""
	}
	return string(text)
}

func dirsBelow(root string) Dirs {
	return Dirs{State: filepath.Join(root, "state"), Runtime: filepath.Join(root, "run")}
}

// open puts the home together as one process does. It has read the store.
func (r *rig) open(change ...func(*Options)) *Home {
	r.t.Helper()
	h := Open(r.options(change...))
	_ = h.Reload(r.t.Context())
	r.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), kit.Patience)
		defer cancel()
		if err := h.Close(ctx); err != nil {
			r.t.Errorf("Close: %v", err)
		}
	})
	return h
}

// start runs an agent of the home until the test ends.
func (r *rig) start(change ...func(*Options)) *Agent {
	r.t.Helper()
	a := must.Get(r.open(change...).Become(r.t.Context(), "test"))(r.t)
	r.t.Cleanup(a.lock.Unlock)
	r.run(a.Run)
	return a
}

// run runs f until the test ends or stop is called, which waits for it.
func (r *rig) run(f func(context.Context) error) (stop func()) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := kit.Later(func() error { return f(ctx) })
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				r.t.Errorf("it ended with %v", err)
			}
		case <-time.After(kit.Patience):
			r.t.Error("it does not end")
		}
	})
	r.t.Cleanup(stop)
	return stop
}

// put replaces auth.json as Codex does.
func (r *rig) put(content []byte) {
	r.t.Helper()
	must.Do(r.t, r.home.Replace(content))
}

func (r *rig) configure(toml string) {
	r.t.Helper()
	must.Do(r.t, r.home.WriteConfig(toml))
}

// content is that of auth.json, "" for none.
func (r *rig) content() string {
	content, err := r.home.Read()
	if err != nil {
		return ""
	}
	return string(content)
}

func status(s auth.Status) func(auth.State) bool {
	return func(st auth.State) bool { return st.Status == s }
}

// within is a context that ends when a test has waited for too long.
func within(t *testing.T) context.Context { return kit.Context(t) }
