package faults_test

import (
	"errors"
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
	noLock      string // the name of a lock file that the filesystem cannot lock
	wantRequest bool   // one is sent, and its answer not lost
	wantErr     error  // with what the refresh fails, nil for whatever error
}

func TestHardships(t *testing.T) {
	t.Parallel()
	for _, h := range []hardship{
		{name: "a read-only auth.json", begin: readOnly, end: writable, wantErr: auth.ErrCannotSave},
		{name: "an auth.json with a second name", begin: link, end: unlink, wantErr: auth.ErrCannotSave},
		{name: "no file locks", noLock: "auth.json.rekey.lock", wantErr: auth.ErrCannotSave},

		{name: "auth.json becomes read-only", at: auth.StepSent, begin: readOnly, end: writable, wantRequest: true},
		{name: "auth.json becomes read-only under Codex's lock", at: store.StepTargetLocked, begin: readOnly, end: writable, wantRequest: true},
		{name: "auth.json gets a second name", at: auth.StepAnswered, begin: link, end: unlink, wantRequest: true},
		{name: "auth.json becomes a folder", at: auth.StepKept, begin: folder, end: unfolder, wantRequest: true},
		{name: "no lock auth.lock", noLock: "auth.lock", wantErr: auth.ErrCannotSave},
		{name: "no lock auth.json.lock", noLock: "auth.json.lock", wantErr: auth.ErrCannotSave},
	} {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			h.strike(newRig(t, t.TempDir()))
		})
	}
}

// strike lets a refresh meet the hardship, and looks what a fresh start makes
// of it, during the hardship and after its end.
func (h hardship) strike(r *rig) {
	r.t.Helper()
	old := r.content()
	with := store.Options{}
	if h.noLock != "" {
		with.Disk = without(h.noLock)
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
		r.t.Fatalf("the refresh never came to %q: %v", h.at, err)
	}
	if err == nil || h.wantErr != nil && !errors.Is(err, h.wantErr) {
		r.t.Errorf("the refresh: %v, want %v", err, h.wantErr)
	}
	if st := home.State(); st.CommitPending != h.wantRequest || st.CannotSave != (h.wantErr != nil) {
		r.t.Errorf("the State: %+v", st)
	}
	if h.noLock == "" {
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
	r.refreshes(home.Manager())
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

// without is a filesystem that knows no lock of that name.
func without(name string) safefile.Disk {
	return safefile.Disk{Fault: func(op safefile.Op, path string) error {
		if op == safefile.OpLock && filepath.Base(path) == name {
			return safefile.ErrNoLocks
		}
		return nil
	}}
}
