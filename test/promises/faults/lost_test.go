package faults_test

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/store"
	"rekey/internal/box"
)

// killedAt kills a victim at a step and makes sure that it came that far, by
// all the steps before.
func (r *rig) killedAt(job task, steps []auth.Step) {
	r.t.Helper()
	end := r.victim(job)
	want := steps[:slices.Index(steps, job.KillAt)+1]
	if !end.killed || !slices.Equal(end.reached, want) {
		r.t.Fatalf("killed: %v, after %q, want %q", end.killed, end.reached, want)
	}
}

// P3: Rekey is killed with kill -9 at every step of a refresh. After a fresh
// start the home holds the server's current token, unless the answer never got
// as far as the escrow: then the State says that it was lost, and nobody asks
// again by himself.
func TestKilledDuringARefresh(t *testing.T) {
	t.Parallel()
	for i, step := range refresh {
		t.Run(string(step), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, t.TempDir())
			old := r.content()
			r.killedAt(task{KillAt: step}, refresh)
			home := r.restart()

			sent := i > slices.Index(refresh, auth.StepSent)
			kept := i >= slices.Index(refresh, auth.StepKept)
			if lost, want := home.State().AnswerLost, i >= slices.Index(refresh, auth.StepSent) && !kept; lost != want {
				t.Errorf("AnswerLost is %v, want %v: %+v", lost, want, home.State())
			}
			if sent {
				r.wantRequests(1)
			} else {
				r.wantRequests(0)
			}
			if works, want := r.works(), !sent || kept; works != want {
				t.Errorf("the home's sign-in works: %v, want %v", works, want)
			}
			if refreshed := !r.content().Equal(old); refreshed != kept {
				t.Errorf("the sign-in is refreshed: %v, want %v", refreshed, kept)
			}
			var early *auth.RefreshError
			switch {
			case home.State().AnswerLost:
				if err := home.Refresh(r.ctx); !errors.As(err, &early) || early.NotBefore.IsZero() {
					t.Errorf("a moment after an answer was lost: %v, want that it is too early", err)
				}
			case r.works():
				r.refreshes(home.Manager())
			}
		})
	}
}

// refreshes: what a death has left behind is in nobody's way.
func (r *rig) refreshes(m *auth.Manager) {
	r.t.Helper()
	if err := m.Refresh(r.ctx, auth.RefreshForced); err != nil {
		r.t.Errorf("the next refresh: %v", err)
	}
	if st := m.State(); !r.works() || st.AnswerLost || st.CommitPending || st.Status != auth.StatusHealthy {
		r.t.Errorf("after the next refresh, which works %v: %+v", r.works(), st)
	}
}

// A refusal brings no token that could be lost. Killed before it is recorded,
// Rekey does not know it, and asks nobody by itself; afterwards it knows.
func TestKilledDuringARefusal(t *testing.T) {
	t.Parallel()
	for _, step := range []auth.Step{auth.StepRefused, auth.StepLooked, auth.StepRecorded} {
		t.Run(string(step), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, t.TempDir())
			old := r.content()
			r.server.SetMode(box.Refusal(401, box.CodeReused))
			r.killedAt(task{KillAt: step}, refusal)
			home := r.restart()
			known := home.State().Refreshable == auth.RefreshableNo
			if want := step == auth.StepRecorded; known != want {
				t.Errorf("the refusal is known: %v, want %v", known, want)
			}
			if known && home.Refresh(r.ctx) == nil {
				t.Error("a refused sign-in was refreshed")
			}
			r.wantRequests(1)
			if !r.content().Equal(old) {
				t.Error("a refusal has changed the home")
			}
		})
	}
}

// Killed during a sign-in, the home holds the old sign-in or the new one. The
// new one has no escrow: who was signing in sees that it did not come to be.
func TestKilledDuringASignIn(t *testing.T) {
	t.Parallel()
	for i, step := range signIn {
		t.Run(string(step), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, t.TempDir())
			want := r.content()
			job := task{KillAt: step, SignIn: r.server.SignIn(box.Grace())}
			r.killedAt(job, signIn)
			if i >= slices.Index(signIn, store.StepRenamed) {
				var err error
				want, err = auth.ParseSnapshot(job.SignIn)
				r.must(err)
			}
			home := r.restart()
			if !r.content().Equal(want) {
				t.Errorf("the home holds the wrong sign-in: %+v", home.State())
			}
			r.refreshes(home.Manager())
		})
	}
}

// P3 once more, at moments that nobody has chosen. It is not parallel, for it
// measures how long a refresh takes.
func TestKilledAtRandom(t *testing.T) {
	kills := 40
	if os.Getenv("REKEY_SOAK") == "1" {
		kills = 200
	}
	var count struct{ died, sent, lost, recovered int }
	span := 3 * timeOfARefresh(t) // a victim is slower: it does everything for the first time
	for n := range kills {
		r := newRig(t, t.TempDir())
		end := r.victim(task{Within: span, Seed: uint64(n)})
		if end.killed {
			span += span / 8
		} else {
			span -= span / 4 // the machine was slow when the refresh was measured
		}
		kept := slices.Contains(end.reached, auth.StepKept)
		committed := r.works()
		home := r.open(store.Options{}) // not a restart, for the victim's request may still be on its way to the server
		lost := home.State().AnswerLost
		switch {
		case kept && (!r.works() || lost):
			t.Errorf("kill %d: a token is lost that was received, after %q", n, end.reached)
		case !r.works() && !lost:
			t.Errorf("kill %d: an answer is lost and the State does not say so, after %q", n, end.reached)
		case lost && !slices.Contains(end.reached, auth.StepPreflight):
			t.Errorf("kill %d: the State speaks of a lost answer, after %q", n, end.reached)
		case r.server.Refreshes() > truth(slices.Contains(end.reached, auth.StepPreflight)):
			t.Errorf("kill %d: %d requests, after %q", n, r.server.Refreshes(), end.reached)
		}
		if !lost { // else the request may still be on its way to the server
			r.refreshes(home.Manager())
			count.recovered += truth(!committed)
		}
		count.died += truth(end.killed)
		count.sent += truth(slices.Contains(end.reached, auth.StepSent))
		count.lost += truth(lost)
		r.server.Close()
	}
	t.Logf("%d victims, at last killed within %v: %d died before their end, %d had sent, %d answers recovered from the escrow, %d never received",
		kills, span, count.died, count.sent, count.recovered, count.lost)
	if count.died < kills/10 {
		t.Errorf("only %d of %d were killed in time: the moments are drawn too late", count.died, kills)
	}
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// timeOfARefresh measures one on this machine as it is now.
func timeOfARefresh(t *testing.T) time.Duration {
	t.Helper()
	r := newRig(t, t.TempDir())
	home := r.open(store.Options{})
	began := time.Now()
	r.must(home.Refresh(r.ctx))
	return time.Since(began)
}
