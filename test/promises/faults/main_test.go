package faults_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/agent"
	"rekey/auth/store"
	"rekey/internal/box"
	"rekey/test/kit/must"
)

// patience bounds everything that a test waits for. A test that passes never
// waits that long.
const patience = 2 * time.Minute

// TestMain lets the test program be the one that is killed.
func TestMain(m *testing.M) {
	if task := os.Getenv(taskEnv); task != "" {
		os.Exit(perform(task))
	}
	os.Exit(m.Run())
}

// place is where a Rekey lives: all that it and another process must agree on.
type place struct {
	Home     string // Codex's
	State    string // Rekey's own folder
	TokenURL string
}

// options are an agent's at that place.
func (p place) options(with store.Options) agent.Options {
	env := map[string]string{
		"CODEX_REFRESH_TOKEN_URL_OVERRIDE": p.TokenURL,
		"CODEX_REVOKE_TOKEN_URL_OVERRIDE":  "http://127.0.0.1:1/", // nobody answers
	}
	return agent.Options{
		Dir:    p.Home,
		Dirs:   agent.Dirs{State: p.State, Runtime: filepath.Join(p.State, "run")},
		Getenv: func(name string) string { return env[name] },
		Store:  with,
	}
}

// start is what every Rekey does first: it opens the home and reads it.
func (p place) start(ctx context.Context, with store.Options) (*agent.Home, error) {
	home := agent.Open(p.options(with))
	return home, home.Reload(ctx)
}

// rig is a Codex home with Ada's sign-in and the server that it is from.
type rig struct {
	place
	t      *testing.T
	ctx    context.Context // ends when patience does
	server *box.Server
	home   *box.Home
}

// newRig makes a rig in dir.
func newRig(t *testing.T, dir string) *rig {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	r := &rig{t: t, ctx: ctx}
	var err error
	r.server, err = box.Start(box.Config{})
	r.must(err)
	t.Cleanup(r.server.Close)
	r.home, err = box.NewHome(filepath.Join(dir, "codex"))
	r.must(err)
	r.must(r.home.Replace(r.server.SignIn(box.Ada())))
	r.place = place{Home: r.home.Dir(), State: filepath.Join(dir, "state"), TokenURL: r.server.TokenURL()}
	return r
}

func (r *rig) must(err error) {
	r.t.Helper()
	must.Do(r.t, err)
}

// open starts a Rekey in this process. What is wrong with the store shows in
// its State.
func (r *rig) open(with store.Options) *agent.Home {
	r.t.Helper()
	home := agent.Open(r.options(with))
	r.t.Cleanup(func() { _ = home.Close(context.Background()) }) // what it still writes comes before the folder goes
	_ = home.Reload(r.ctx)
	return home
}

// restart is the fresh start after which nothing may be lost. It sends nothing
// by itself.
func (r *rig) restart() *agent.Home {
	r.t.Helper()
	before := r.server.Refreshes()
	home := r.open(store.Options{})
	if after := r.server.Refreshes(); after != before {
		r.t.Errorf("the fresh start has sent %d requests", after-before)
	}
	return home
}

// content is what auth.json holds.
func (r *rig) content() *auth.Snapshot {
	r.t.Helper()
	data, err := r.home.Read()
	r.must(err)
	s, err := auth.ParseSnapshot(data)
	r.must(err)
	return s
}

// works reports whether the home's sign-in can be refreshed at the server.
func (r *rig) works() bool {
	r.t.Helper()
	return r.server.Works(r.content().RefreshToken().Reveal())
}

// wantRequests: so many refreshes were sent in all, none with a spent token.
func (r *rig) wantRequests(n int) {
	r.t.Helper()
	if got := r.server.Refreshes(); got != n {
		r.t.Errorf("%d refreshes were sent, want %d", got, n)
	}
	if got := r.server.Reused(); got != 0 {
		r.t.Errorf("%d refresh tokens were spent twice", got)
	}
}

// at is a Step hook that does something once, when a step is reached. reached
// tells whether it was.
func at(step auth.Step, do func()) (hook func(auth.Step), reached func() bool) {
	var once sync.Once
	var mu sync.Mutex
	done := false
	hook = func(s auth.Step) {
		if s != step {
			return
		}
		once.Do(func() {
			do()
			mu.Lock()
			defer mu.Unlock()
			done = true
		})
	}
	return hook, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return done
	}
}

// refresh, refusal and signIn are all steps in their order.
var (
	inStore = []auth.Step{store.StepWritten, store.StepTargetLocked, store.StepCompared, store.StepRenamed}
	asking  = []auth.Step{auth.StepLocked, auth.StepReread, auth.StepReserved, auth.StepPreflight, auth.StepSent}
	refresh = join(asking, []auth.Step{auth.StepAnswered, auth.StepKept, auth.StepCommitting}, inStore,
		[]auth.Step{auth.StepCommitted, auth.StepCleared})
	refusal = join(asking, []auth.Step{auth.StepRefused, auth.StepLooked, auth.StepRecorded})
	signIn  = join([]auth.Step{auth.StepSigningIn}, inStore, []auth.Step{auth.StepSignedIn})
)

func join(parts ...[]auth.Step) (all []auth.Step) {
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}
