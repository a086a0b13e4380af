package bench_test

import (
	"sync"
	"testing"

	"golang.org/x/oauth2"

	"rekey/auth"
	"rekey/auth/agent"
	"rekey/internal/box"
	"rekey/test/kit/must"
	"rekey/test/kit/sandbox"
)

// callers want the same dead sign-in refreshed at the same time.
const callers = 1000

// deadSignIn counts the requests that are sent for them.
func (r *rivals) deadSignIn(b *testing.B) {
	var ours, theirs int
	for b.Loop() {
		ours, theirs = refreshOurs(b), refreshTheirs(b)
	}
	b.ReportMetric(0, "ns/op") // would be of both together
	r.table.add(b, row{
		what: "1,000 refreshes of a dead sign-in", unit: "requests", goal: 1. / callers,
		rival: "x/oauth2 ReuseTokenSource", ours: float64(ours), theirs: float64(theirs),
	})
}

// dead is a sandbox in which the refresh token works no more.
func dead(b *testing.B) *sandbox.Sandbox {
	w := newWorld(b)
	w.Server.RevokeAll()
	return w
}

func refreshOurs(b *testing.B) int {
	w := dead(b)
	defer w.Close()
	home := agent.Open(w.Options())
	must.Do(b, home.Manager().Reload(b.Context()))
	together(func() {
		if err := home.Refresh(b.Context()); auth.OutcomeOf(err) != auth.OutcomePermanent {
			b.Errorf("a dead sign-in: %v", err)
		}
	})
	return w.Server.Refreshes()
}

func refreshTheirs(b *testing.B) int {
	w := dead(b)
	defer w.Close()
	config := oauth2.Config{
		ClientID: box.CodexClientID,
		Endpoint: oauth2.Endpoint{TokenURL: w.Server.TokenURL(), AuthStyle: oauth2.AuthStyleInParams},
	}
	content := must.Get(w.Home.Read())(b)
	s := must.Get(auth.ParseSnapshot(content))(b)
	source := config.TokenSource(b.Context(), &oauth2.Token{RefreshToken: s.RefreshToken().Reveal()})
	together(func() {
		if _, err := source.Token(); err == nil {
			b.Error("a dead sign-in was refreshed")
		}
	})
	return w.Server.Refreshes()
}

// together calls do as often as there are callers, at the same time.
func together(do func()) {
	var all sync.WaitGroup
	for range callers {
		all.Go(do)
	}
	all.Wait()
}
