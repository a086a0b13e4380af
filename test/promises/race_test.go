package promises_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"rekey/internal/box"
	"rekey/test/kit/sandbox"
)

// P2 where Rekey cannot be first: it starts together with six Codex processes,
// for example at a login, on an access token that has ended. They race each
// other, for Codex asks without a lock. Rekey wins or adopts; it alarms nobody,
// and the home ends with the winner's tokens. Rekey is at the server long before
// the others; so it starts at the same instant in some rounds, and in others
// when one, two or three of them have asked.
func TestRaceAtStart(t *testing.T) {
	t.Parallel()
	codex := codex(t)
	rounds := 5
	if soak() {
		rounds = 20
	}
	for i := range rounds {
		t.Run(fmt.Sprintf("round %d", i+1), func(t *testing.T) { testRaceAtStart(t, codex, i%4) })
	}
}

func testRaceAtStart(t *testing.T, codex string, ahead int) {
	w := newWorld(t)
	w.Server.SetMode(box.Reply{Delay: latency})
	w.must(w.SignIn(-time.Minute))
	var processes []*sandbox.AppServer
	var starting errgroup.Group
	starting.Go(func() (err error) {
		processes, err = w.codexes(codex)
		return err
	})
	w.must(w.Server.WaitUntil(w.ctx, func(all []box.Request) bool {
		return len(all) >= ahead || slices.ContainsFunc(all, refusedAsReused)
	}))
	agent := w.watch()
	claims := w.claims()
	w.must(starting.Wait())
	w.await(agent, "refreshed", refreshed)
	for _, p := range processes {
		w.until("a Codex process holds the home's token", func() bool {
			st, err := p.AuthStatus(w.ctx, false)
			w.must(err)
			access, _ := w.tokens()
			return st.Token == access
		})
	}
	w.wantPeace(agent)
	w.wantWinner()
	if n := claims.stop(); n != 0 {
		t.Errorf("%d notifications were claimed", n)
	}
	t.Logf("%d requests, Rekey's: %q", w.Server.Refreshes(), w.rekeys())
}

// commits is how long a winner takes to commit what it won: an age, but far less
// than the second look that a refusal gets, because a busy machine adds to it.
const commits = latency

// The race that Rekey loses: a Codex process has asked already, and Rekey is
// refused long before the winner has committed what it won.
func TestLostRace(t *testing.T) {
	t.Parallel()
	codex := codex(t)
	w := newWorld(t)
	w.must(w.SignIn(-time.Minute))
	committed := make(chan struct{})
	w.Server.Script(box.Reply{Gate: committed}) // the winner's answer
	var winner *sandbox.AppServer
	var starting errgroup.Group
	starting.Go(func() (err error) {
		winner, err = w.StartAppServer(w.ctx, codex) // which waits for its answer
		return err
	})
	w.must(w.Server.WaitForRequests(w.ctx, 1))
	agent := w.watch()
	claims := w.claims()
	w.must(w.Server.WaitUntil(w.ctx, func(all []box.Request) bool {
		return slices.ContainsFunc(all, refusedAsReused)
	}))
	time.AfterFunc(commits, func() { close(committed) })
	w.await(agent, "refreshed", refreshed)
	w.must(starting.Wait())
	if st, err := winner.AuthStatus(w.ctx, false); err != nil || st.Token == "" {
		t.Errorf("the winner has no token: %v", err)
	}
	w.wantPeace(agent)
	w.wantWinner()
	if n := claims.stop(); n != 0 {
		t.Errorf("%d notifications were claimed", n)
	}
	if got := w.rekeys(); len(got) != 1 || got[0] != box.CodeReused {
		t.Errorf("Rekey's requests: %q, want one, refused as reused", got)
	}
}

func refusedAsReused(r box.Request) bool { return r.Outcome == box.CodeReused }

// wantWinner: one of the racers was given tokens, and they are in the home.
func (w *world) wantWinner() {
	w.t.Helper()
	won := 0
	for _, r := range w.Server.Requests() {
		if r.Endpoint == "/oauth/token" && r.Outcome == box.OutcomeOK {
			won++
		}
	}
	_, refresh := w.tokens()
	if won != 1 || !w.Server.Works(refresh) {
		w.t.Errorf("%d racers won; the home's refresh token works: %t", won, w.Server.Works(refresh))
	}
}

// rekeys are the outcomes of Rekey's own refreshes: Codex calls itself
// codex_cli_rs until it has been asked something.
func (w *world) rekeys() (outcomes []string) {
	for _, r := range w.Server.Requests() {
		if r.Endpoint == "/oauth/token" && !strings.HasPrefix(r.Header.Get("User-Agent"), "codex_cli_rs/") {
			outcomes = append(outcomes, r.Outcome)
		}
	}
	return outcomes
}
