package promises_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit/sandbox"
)

const (
	// codexes is how many Codex processes share the home.
	codexes = 6
	// codexWindow is how long before its end Codex refreshes an access token,
	// found by bisection (docs/codex.md).
	codexWindow = 5 * time.Minute
	// beforeWindow is how long before that the test begins: time enough to
	// start a dozen Codex processes beside everything else that a machine does.
	beforeWindow = time.Minute
	// latency is how long the server takes to answer.
	latency = 300 * time.Millisecond
	// pace is how often each Codex is used: when the window opens, all of them
	// ask before the first has its answer.
	pace = latency / 3
)

// P2: six Codex processes share a sign-in, and their access token enters
// Codex's window while they are in use. Beside Rekey nobody but Rekey asks, and
// all of them go on with its token. Without Rekey they spend one refresh token
// six times, and all but one lose theirs.
func TestNoFratricide(t *testing.T) {
	t.Parallel()
	codex := codex(t)
	t.Run("beside Rekey", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		f := w.fleet(codex)
		agent := w.watch()
		w.await(agent, "refreshed", refreshed)
		after := f.live()
		if n := after.holes(); n != 0 {
			t.Errorf("%d of %d Codex processes were without a token for a moment", n, codexes)
		}
		w.wantRequests(1)
		w.wantPeace(agent)
		if _, refresh := w.tokens(); !w.Server.Works(refresh) {
			t.Error("the home ends without a working sign-in")
		}
	})
	t.Run("without Rekey", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		after := w.fleet(codex).live()
		if w.Server.Reused() == 0 || after.holes() == 0 {
			t.Errorf("%d requests, %d of them reused, %d processes without a token: the damage that Rekey is to prevent is not there",
				w.Server.Refreshes(), w.Server.Reused(), after.holes())
		}
		t.Logf("%d requests, %d of them reused, %d of %d processes without a token for a moment",
			w.Server.Refreshes(), w.Server.Reused(), after.holes(), codexes)
	})
}

// refreshed: the access token is a fresh one.
func refreshed(s auth.State) bool {
	return s.Status == auth.StatusHealthy && time.Until(s.ExpiresAt) > life/2
}

// fleet is some Codex processes that hold the home's access token.
type fleet struct {
	*world
	processes []*sandbox.AppServer
	old       string // the access token that all of them hold
}

// fleet signs in with an access token that is about to enter Codex's window,
// and starts the processes.
func (w *world) fleet(codex string) fleet {
	w.t.Helper()
	w.Server.SetMode(box.Reply{Delay: latency})
	w.must(w.SignIn(codexWindow + beforeWindow))
	processes, err := w.codexes(codex)
	w.must(err)
	f := fleet{world: w, processes: processes}
	f.old, _ = w.tokens()
	for _, p := range f.processes {
		if st, err := p.AuthStatus(w.ctx, false); err != nil || st.Token != f.old {
			w.t.Fatalf("a new Codex process does not hold the token: %v", err)
		}
	}
	if n := w.Server.Refreshes(); n != 0 {
		w.t.Fatalf("%d refreshes before the window opened: this machine took longer than %v to start", n, beforeWindow)
	}
	return f
}

// codexes starts that many Codex processes at the same time.
func (w *world) codexes(codex string) ([]*sandbox.AppServer, error) {
	started := make([]*sandbox.AppServer, codexes)
	var all errgroup.Group
	for i := range started {
		all.Go(func() (err error) {
			started[i], err = w.StartAppServer(w.ctx, codex)
			return err
		})
	}
	return started, all.Wait()
}

// history is what one process has answered, for each.
type history []struct{ withheld int }

// holes counts the processes that were without a token at some time.
func (h history) holes() (n int) {
	for _, p := range h {
		if p.withheld > 0 {
			n++
		}
	}
	return n
}

// live uses every process all the time, until each holds the home's token and
// not the old one any more. Its plain questions make no Codex look at the home
// before the old token is in the window.
func (f fleet) live() history {
	f.t.Helper()
	h := make(history, len(f.processes))
	var all sync.WaitGroup
	for i, p := range f.processes {
		all.Go(func() { h[i].withheld = f.use(p) })
	}
	all.Wait()
	if f.t.Failed() {
		f.t.FailNow()
	}
	return h
}

// use asks one process until it holds the home's token, and returns how often
// it had none.
func (f fleet) use(p *sandbox.AppServer) (withheld int) {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for {
		st, err := p.AuthStatus(f.ctx, false)
		current, _, unread := f.read()
		switch {
		case err != nil || unread != nil:
			f.t.Errorf("codex: %v, the home: %v\n%s", err, unread, p.Stderr())
			return withheld
		case st.Token == "":
			withheld++
		case st.Token == current && st.Token != f.old:
			return withheld
		}
		select {
		case <-tick.C:
		case <-f.ctx.Done():
			f.t.Errorf("a Codex process never came to hold the home's token: %v", context.Cause(f.ctx))
			return withheld
		}
	}
}

// wantPeace: the agent never gave reason to alarm anybody.
func (w *world) wantPeace(a *watch) {
	w.t.Helper()
	for _, s := range a.said() {
		if s.Notice != "" || s.NeedsSignIn() {
			w.t.Errorf("the agent raised an alarm: %+v", s)
		}
	}
	if len(a.said()) == 0 {
		w.t.Error("the agent said nothing")
	}
}
