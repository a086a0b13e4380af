package faults_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"rekey/auth"
	"rekey/auth/store"
	"rekey/internal/safefile"
)

// P3 without a process that dies: a permission or the locks are missing, from
// the start, so that nothing is sent, or from some step on, so that the answer
// waits in the escrow and reaches the home as soon as it can.

// hardship takes something away from a rig, and gives it back.
type hardship struct {
	name string
	// at is when it begins: a step, or "" for before the start.
	at          auth.Step
	begin, end  func(r *rig)
	locker      func(r *rig) safefile.Locker // nil: the real one
	wantRequest bool                         // one is sent, and its answer not lost
	wantErr     error                        // with what the renewal fails, nil for whatever error
}

func TestHardships(t *testing.T) {
	t.Parallel()
	for _, h := range []hardship{
		{name: "a read-only auth.json", begin: readOnly, end: writable, wantErr: auth.ErrCannotSave},
		{name: "an auth.json with a second name", begin: link, end: unlink, wantErr: auth.ErrCannotSave},
		{name: "no file locks", locker: without("auth.json.rekey.lock")},

		{name: "auth.json becomes read-only", at: auth.StepSent, begin: readOnly, end: writable, wantRequest: true},
		{name: "auth.json becomes read-only under Codex's lock", at: store.StepTargetLocked, begin: readOnly, end: writable, wantRequest: true},
		{name: "auth.json gets a second name", at: auth.StepAnswered, begin: link, end: unlink, wantRequest: true},
		{name: "auth.json becomes a folder", at: auth.StepKept, begin: folder, end: unfolder, wantRequest: true},
		{name: "no lock auth.lock", locker: without("auth.lock"), wantRequest: true},
		{name: "no lock auth.json.lock", locker: without("auth.json.lock"), wantRequest: true},
	} {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			h.strike(newRig(t, t.TempDir()))
		})
	}
}

// strike lets a renewal meet the hardship, and looks what a fresh start makes
// of it, during the hardship and after its end.
func (h hardship) strike(r *rig) {
	r.t.Helper()
	old := r.content()
	with := store.Options{}
	if h.locker != nil {
		with.Locker = h.locker(r)
	}
	reached := func() bool { return true }
	switch {
	case h.at != "":
		with.Step, reached = at(h.at, func() { h.begin(r) })
	case h.begin != nil:
		h.begin(r)
	}
	home := r.open(with)
	err := home.Refresh(r.ctx)
	if !reached() {
		r.t.Fatalf("the renewal never came to %q: %v", h.at, err)
	}
	if err == nil || h.wantErr != nil && !errors.Is(err, h.wantErr) {
		r.t.Errorf("the renewal: %v, want %v", err, h.wantErr)
	}
	if st := home.State(); st.CommitPending != h.wantRequest || st.CannotSave != (h.wantErr != nil) {
		r.t.Errorf("the State: %+v", st)
	}
	if with.Locker == nil {
		_ = r.restart() // it cannot do anything about it, and loses nothing
	}
	if h.end != nil {
		h.end(r)
	}
	home = r.restart()
	if !h.wantRequest {
		r.wantRequests(0)
		if !r.content().Equal(old) {
			r.t.Error("the home has changed")
		}
	} else {
		r.wantRequests(1)
		if r.content().Equal(old) {
			r.t.Error("the answer has not reached the home")
		}
	}
	r.renews(home.Manager())
}

func readOnly(r *rig) { r.check(os.Chmod(r.home.AuthPath(), 0o400)) }
func writable(r *rig) { r.check(os.Chmod(r.home.AuthPath(), 0o600)) }

func link(r *rig)   { r.check(os.Link(r.home.AuthPath(), r.home.AuthPath()+".backup")) }
func unlink(r *rig) { r.check(os.Remove(r.home.AuthPath() + ".backup")) }

// folder moves the file away and puts a folder in its place.
func folder(r *rig) {
	r.check(os.Rename(r.home.AuthPath(), r.home.AuthPath()+".away"))
	r.check(os.Mkdir(r.home.AuthPath(), 0o700))
}

func unfolder(r *rig) {
	r.check(os.Remove(r.home.AuthPath()))
	r.check(os.Rename(r.home.AuthPath()+".away", r.home.AuthPath()))
}

// check is must for goroutines that are not the test's own.
func (r *rig) check(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Error(err)
	}
}

// without is a Locker of a filesystem that knows no lock of that name.
func without(name string) func(r *rig) safefile.Locker {
	return func(r *rig) safefile.Locker {
		return func(path string, perm fs.FileMode) (func(), error) {
			if filepath.Base(path) == name {
				return nil, fmt.Errorf("lock %s: %w", path, safefile.ErrNoLocks)
			}
			return safefile.TryLock(path, perm)
		}
	}
}
