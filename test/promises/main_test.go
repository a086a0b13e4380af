package promises_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"sync"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/test/kit/sandbox"
)

// patience bounds everything that a test waits for. The programs of several
// tests share the machine; a test that passes never waits that long.
const patience = 5 * time.Minute

// life is how long access tokens live here: long enough that a fresh one is
// not due, in Rekey's eyes or Codex's.
const life = 4 * time.Hour

// nobodySocket makes this test's program connect to the socket it names as
// another user.
const nobodySocket = "REKEY_TEST_NOBODY"

func TestMain(m *testing.M) {
	if socket := os.Getenv(nobodySocket); socket != "" {
		os.Exit(playNobody(socket))
	}
	os.Exit(kit.Main(m))
}

// soak reports whether the long variants are to run.
func soak() bool { return os.Getenv("REKEY_SOAK") == "1" }

// world is a sandbox that ends with its test.
type world struct {
	*sandbox.Sandbox
	t   testing.TB
	ctx context.Context // ends when patience does
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldWith(t, box.Config{AccessLife: life})
}

// newWorldWith is newWorld with another kind of server.
func newWorldWith(t testing.TB, cfg box.Config) *world {
	t.Helper()
	kit.Rekey(t) // building it takes its time, which is not the test's
	s := must.Get(sandbox.NewWith(cfg))(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	w := &world{Sandbox: s, t: t, ctx: ctx}
	t.Cleanup(func() {
		cancel()
		s.Close()
		if t.Failed() {
			for _, r := range s.Server.Requests() {
				t.Logf("request %s token %d %s: %s", r.At.Format("15:04:05.000"), r.RefreshToken, r.Header.Get("User-Agent"), r.Outcome)
			}
		}
	})
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	must.Do(w.t, err)
}

// codex is the real Codex. Where it is missing the test ends, and says so.
func codex(t testing.TB) string {
	t.Helper()
	_, program := kit.Codex(t)
	return program
}

// appServer starts the app-server of a program.
func (w *world) appServer(program string, args ...string) *sandbox.AppServer {
	w.t.Helper()
	a, err := w.StartAppServer(w.ctx, program, args...)
	w.must(err)
	return a
}

// watch is "rekey watch" and every State it has printed.
type watch struct {
	*sandbox.Process

	mu     sync.Mutex // guards everything below
	states []auth.State
	bad    [][]byte // lines that are no State
}

// watch starts "rekey watch" as the home's agent.
func (w *world) watch() *watch {
	w.t.Helper()
	a := &watch{}
	p, err := w.Start(a.line, kit.Rekey(w.t), "watch", "--format", "json")
	w.must(err)
	a.Process = p
	return a
}

func (a *watch) line(line []byte) {
	var printed struct{ State auth.State }
	err := json.Unmarshal(line, &printed)
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil {
		a.bad = append(a.bad, bytes.Clone(line))
		return
	}
	a.states = append(a.states, printed.State)
}

// said returns every State so far.
func (a *watch) said() []auth.State {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]auth.State(nil), a.states...)
}

// await waits until the newest State is such.
func (w *world) await(a *watch, what string, such func(auth.State) bool) auth.State {
	w.t.Helper()
	var last auth.State
	w.until("the agent says "+what, func() bool {
		states := a.said()
		if len(states) == 0 {
			return false
		}
		last = states[len(states)-1]
		return such(last)
	})
	return last
}

// until waits until ok says yes. It is for things that no channel tells.
func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-w.ctx.Done():
			w.t.Fatalf("did not come: %s", what)
		}
	}
}

// tokens are those in the home now. Only the test's goroutine asks.
func (w *world) tokens() (access, refresh string) {
	w.t.Helper()
	access, refresh, err := w.read()
	w.must(err)
	return access, refresh
}

func (w *world) read() (access, refresh string, err error) {
	content, err := w.Home.Read()
	if err != nil {
		return "", "", err
	}
	s, err := auth.ParseSnapshot(content)
	if err != nil {
		return "", "", err
	}
	return s.AccessToken().Reveal(), s.RefreshToken().Reveal(), nil
}

// wantRequests: so many refreshes were sent in all, none of them with a spent token.
func (w *world) wantRequests(n int) {
	w.t.Helper()
	if got := w.Server.Refreshes(); got != n {
		w.t.Errorf("%d refreshes were sent, want %d in all", got, n)
	}
	if got := w.Server.Reused(); got != 0 {
		w.t.Errorf("%d refresh tokens were spent twice", got)
	}
}
