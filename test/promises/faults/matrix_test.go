package faults_test

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/internal/safefile"
)

// P3 against every operation of a disk, each error that it may give, and each
// moment from which on it may give it. The disk stays broken until the end of the
// act; then it works again. Run with -v, the test prints its table.

// act is one thing that may meet a broken disk. It returns what came of it.
type act struct {
	name  string
	steps []auth.Step
	grave auth.Step
	run   func(r *rig, b *broken, bound bool) (outcome string)
}

func TestBrokenDisks(t *testing.T) {
	t.Parallel()
	for _, a := range []act{
		{"refresh", refresh, auth.StepSent, refreshOnBroken},
		{"sign-in", signIn, auth.StepSigningIn, signInOnBroken},
		{"sign-out", nil, "", signOutOnBroken},
		{"recovery", append([]auth.Step{auth.StepCommitting}, inStore...), auth.StepCommitting, recoverOnBroken},
	} {
		for _, bound := range []bool{false, true} {
			name := a.name + pick(bound, ", in place", "")
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				var done table
				t.Run("all", func(t *testing.T) {
					for _, op := range safefile.Ops() {
						t.Run(string(op), func(t *testing.T) {
							t.Parallel()
							for _, b := range breakdowns(op, a.steps, a.grave) {
								r := newRig(t, t.TempDir())
								done.add(op, a.run(r, &broken{breakdown: b}, bound))
								r.server.Close()
								if t.Failed() {
									t.Fatalf("at: %v", b)
								}
							}
						})
					}
				})
				t.Logf("%s:\n%s", name, &done)
			})
		}
	}
}

// refreshOnBroken: what is sent is kept, what cannot be kept is not sent.
func refreshOnBroken(r *rig, b *broken, bound bool) string {
	r.t.Helper()
	old := r.content()
	home := r.open(b.options(bound))
	err := home.Refresh(r.ctx)
	r.oneSentence(err)
	sent, saved := r.server.Refreshes(), !r.untorn().Equal(old)
	if sent > 1 || r.server.Reused() > 0 || saved && sent == 0 {
		r.t.Errorf("%d sent, %d of them spent, saved %v", sent, r.server.Reused(), saved)
	}
	if sent == 1 {
		if token, tokenErr := home.Token(r.ctx, time.Minute); tokenErr != nil || token.Token == old.AccessToken() {
			r.t.Errorf("the token that works is not handed out: %v", tokenErr)
		}
	}
	outcome := pick(saved, "saved", pick(sent == 0, "nothing sent", "kept"))
	if b.from == "" && sent == 1 { // it was known before: then another process must find it, too
		r.restart()
		if !r.works() {
			r.t.Error("a token was spent that could not be kept")
		}
	}
	b.on.Store(false)
	_ = home.Reload(r.ctx)
	if !r.works() {
		r.t.Error("a token that was received is lost")
	}
	if sent == 0 && !r.content().Equal(old) {
		r.t.Error("nothing was sent, and the sign-in is another one")
	}
	r.refreshes(r.restart().Manager())
	return outcome
}

// signInOnBroken: the old sign-in stays, or the new one is there.
func signInOnBroken(r *rig, b *broken, bound bool) string {
	r.t.Helper()
	old := r.content()
	next, err := auth.ParseSnapshot(r.server.SignIn(box.Ada()))
	r.must(err)
	home := r.open(b.options(bound))
	err = home.Manager().CommitSignIn(r.ctx, old, next)
	r.oneSentence(err)
	b.on.Store(false)
	_ = r.restart()
	now := r.content()
	if !now.Equal(next) && (err == nil || !now.Equal(old)) {
		r.t.Errorf("signing in: %v; neither the old sign-in is there nor the new", err)
	}
	return pick(now.Equal(next), "signed in", "as before")
}

// signOutOnBroken: the sign-in is gone, or it is still there and works.
func signOutOnBroken(r *rig, b *broken, bound bool) string {
	r.t.Helper()
	old := r.content()
	home := r.open(b.options(bound))
	err := home.SignOut(r.ctx)
	r.oneSentence(err)
	b.on.Store(false)
	home = r.open((&broken{breakdown: breakdown{from: "never"}}).options(bound))
	signedOut := home.State().Status == auth.StatusSignedOut
	if !signedOut && (err == nil || !r.content().Equal(old)) {
		r.t.Errorf("signing out: %v; %+v", err, home.State())
	}
	if err := home.SignOut(r.ctx); err != nil || home.State().Status != auth.StatusSignedOut {
		r.t.Errorf("signing out of a disk that works: %v, %+v", err, home.State())
	}
	return pick(signedOut, "signed out", "as before")
}

// recoverOnBroken: an answer that waits in the escrow reaches the home at last.
func recoverOnBroken(r *rig, b *broken, bound bool) string {
	r.t.Helper()
	old := r.content()
	before := &broken{breakdown: breakdown{safefile.OpLock, syscall.EIO, auth.StepKept}}
	if err := r.open(before.options(bound)).Refresh(r.ctx); err == nil {
		r.t.Fatal("it was saved, and nothing is left to recover")
	}
	home := r.open(b.options(bound))
	saved := !r.untorn().Equal(old)
	b.on.Store(false)
	_ = home.Reload(r.ctx)
	_ = r.restart()
	r.wantRequests(1)
	if !r.works() {
		r.t.Error("a token that was received is lost")
	}
	return pick(saved, "saved", "kept")
}

// untorn is what auth.json holds, or will hold when what was being written in
// place is completed.
func (r *rig) untorn() *auth.Snapshot {
	r.t.Helper()
	data, err := r.home.Read()
	r.must(err)
	s, err := auth.ParseSnapshot(data)
	if err != nil {
		r.restart()
		s = r.content()
	}
	return s
}

// oneSentence: an error is one sentence, says nothing twice, and names nothing
// that a person does not know.
func (r *rig) oneSentence(err error) {
	r.t.Helper()
	if err == nil || errors.Is(err, auth.ErrStoreChanged) {
		return
	}
	text := err.Error()
	for _, inner := range []string{"\n", "/dev/null", ".auth-", ".state-", ".rekey.journal", "%!", fs.ErrInvalid.Error()} {
		if strings.Contains(text, inner) {
			r.t.Errorf("%q says %q", text, inner)
		}
	}
	for _, part := range strings.Split(text, ": ") {
		if len(part) > 3 && strings.Count(text, part) > 1 {
			r.t.Errorf("%q says %q twice", text, part)
		}
	}
}

// pick is a if first, else b.
func pick(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}
