package faults_test

import (
	"errors"
	"slices"
	"testing"

	"rekey/auth"
	"rekey/auth/store"
	"rekey/internal/box"
)

// P4: at every step of a refresh somebody else writes to the home, or deletes
// the sign-in, with and without Codex's locks. What he did stays.
func TestWrittenDuringARefresh(t *testing.T) {
	everyWay(t, refresh, manners, func(t *testing.T, step auth.Step, what deed, how manner) {
		r := newRig(t, t.TempDir())
		w := r.writer(what, how)
		hook, reached := at(step, func() { w.act(step) })
		home := r.open(store.Options{Step: hook})
		err := home.Refresh(r.ctx)
		w.later.Wait()
		if !reached() {
			t.Fatalf("the refresh never came to the step: %v", err)
		}
		w.wantIntact("at the end")
		r.wantRequests(truth(step != auth.StepLocked))
		r.wantOutcome(err, step, what, how)

		home = r.restart()
		if what == rewrites && keptOut(step, how) {
			// The one refresh token that stands there is spent, and its answer is
			// in the escrow: the same sign-in goes on with it.
			if !r.works() {
				t.Errorf("after a restart: the answer is lost: %+v", home.State())
			}
			return
		}
		w.wantIntact("after a restart")
		if st := home.State(); what != rewrites && (st.AnswerLost || st.CommitPending || st.Refused != "") {
			t.Errorf("the State after a restart: %+v", st)
		}
		if what == signsInAgain || what == signsInOther {
			r.refreshes(home.Manager())
		}
	})
}

// keptOut: a request was sent, and its answer came to a home that was written
// to before.
func keptOut(step auth.Step, how manner) bool {
	last := store.StepCompared
	if how == withLocks {
		last = auth.StepCommitting // later it only waits for a lock
	}
	i := slices.Index(refresh, step)
	return i > 0 && i <= slices.Index(refresh, last)
}

// wantOutcome: the caller of the refresh is told that the account changed,
// unless the refresh was over by then or the account is the same.
func (r *rig) wantOutcome(err error, step auth.Step, what deed, how manner) {
	r.t.Helper()
	var failed *auth.RefreshError
	changed := errors.As(err, &failed) && failed.Permanent && failed.Reason == auth.ReasonAccountChanged
	want := (what == signsInOther || what == signsOut) && (step == auth.StepLocked || keptOut(step, how))
	if changed != want || !changed && err != nil {
		r.t.Errorf("the refresh: %v, want the account changed: %v", err, want)
	}
}

// P4 when the refresh is refused: the refusal is not that of what was written
// in the meantime.
func TestWrittenDuringARefusal(t *testing.T) {
	steps := []auth.Step{auth.StepRefused, auth.StepLooked, auth.StepRecorded}
	everyWay(t, steps, []manner{withLocks}, func(t *testing.T, step auth.Step, what deed, how manner) {
		r := newRig(t, t.TempDir())
		w := r.writer(what, how)
		r.server.Script(box.Refusal(401, box.CodeReused))
		hook, reached := at(step, func() { w.act(step) })
		home := r.open(store.Options{Step: hook})
		err := home.Refresh(r.ctx)
		if !reached() {
			t.Fatalf("the refresh never came to the step: %v", err)
		}
		w.wantIntact("at the end")
		home = r.restart()
		w.wantIntact("after a restart")
		r.wantRequests(1)
		if refused := home.State().Refused != ""; refused != (what == rewrites) {
			t.Errorf("refused: %v: %+v", refused, home.State())
		}
		if what == signsInAgain || what == signsInOther {
			r.refreshes(home.Manager())
		}
	})
}

// P4 while a sign-in ends. One that somebody else wrote meanwhile, or a
// sign-out, makes it fail. Other tokens of the same account are what a refresh
// would have written, and are replaced: the sign-in is the newer one.
func TestWrittenDuringASignIn(t *testing.T) {
	everyWay(t, signIn, manners, func(t *testing.T, step auth.Step, what deed, how manner) {
		r := newRig(t, t.TempDir())
		w := r.writer(what, how)
		next, err := auth.ParseSnapshot(r.server.SignIn(box.Ada()))
		r.must(err)
		hook, reached := at(step, func() { w.act(step) })
		home := r.open(store.Options{Step: hook})
		base, _ := home.Manager().Snapshot()
		err = home.Manager().CommitSignIn(r.ctx, base, next)
		w.later.Wait()
		if !reached() {
			t.Fatalf("the sign-in never came to the step: %v", err)
		}
		last := store.StepCompared
		if how == withLocks {
			last = auth.StepSigningIn
		}
		before := slices.Index(signIn, step) <= slices.Index(signIn, last)
		if want := before && (what == signsInOther || what == signsOut); errors.Is(err, auth.ErrStoreChanged) != want || err != nil && !want {
			t.Errorf("the sign-in: %v, want it rejected: %v", err, want)
		}
		if before && (what == signsInAgain || what == rewrites) {
			if !r.content().Equal(next) {
				t.Error("the newer sign-in is not in the home")
			}
		} else {
			w.wantIntact("at the end")
		}
		r.wantRequests(0)
	})
}
