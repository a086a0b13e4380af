package faults_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"rekey/auth"
	"rekey/auth/store"
	"rekey/test/kit/files"
)

// disk mounts a small filesystem on a new folder for the time of the test.
func disk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	files.Mount(t, dir, "-t", "tmpfs", "-o", "size="+size, "tmpfs")
	return dir
}

// fill takes all room; empty gives it back.
func fill(r *rig, dir string)  { files.Fill(r.t, filepath.Join(dir, "ballast")) }
func empty(r *rig, dir string) { r.check(os.Remove(filepath.Join(dir, "ballast"))) }

// P3: the disk of the home, of Rekey's own folder, or of both is full, before
// the refresh or from one of its steps on.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	const room = "2m" // for the escrow, which takes more than one, and little else
	for _, c := range []struct {
		name        string
		home, state bool // which of them lies on the small disk
		at          auth.Step
		// wantRequest: one is sent. wantSaved: its answer is in the home at once.
		wantRequest, wantSaved bool
	}{
		{"the home's, before", true, false, "", false, false},
		{"the home's, once the request is sent", true, false, auth.StepSent, true, false},
		{"the home's, under Codex's lock", true, false, store.StepTargetLocked, true, true},
		{"Rekey's, before", false, true, "", false, false},
		{"Rekey's, once the room is reserved", false, true, auth.StepReserved, true, true},
		{"Rekey's, once the answer is there", false, true, auth.StepAnswered, true, true},
		{"both, before", true, true, "", false, false},
		{"both, once the room is reserved", true, true, auth.StepReserved, false, false},
		{"both, once the answer is there", true, true, auth.StepAnswered, true, false},
		{"both, before the answer is written to the home", true, true, auth.StepCommitting, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			small := disk(t, room)
			r := newRig(t, pick(c.home, small, t.TempDir()))
			r.State = filepath.Join(pick(c.state, small, t.TempDir()), "state")
			old := r.content()
			with := store.Options{}
			reached := func() bool { return true }
			if c.at == "" {
				r.open(with) // it makes its folder while there is room
				fill(r, small)
			} else {
				with.Step, reached = at(c.at, func() { fill(r, small) })
			}
			home := r.open(with)
			err := home.Refresh(r.ctx)
			if !reached() {
				t.Fatalf("the refresh never came to %q: %v", c.at, err)
			}
			if saved := err == nil; saved != c.wantSaved {
				t.Errorf("the refresh: %v, want it to be saved: %v", err, c.wantSaved)
			}
			st := home.State()
			if pending := c.wantRequest && !c.wantSaved; st.CommitPending != pending || st.CannotSave == c.wantRequest {
				t.Errorf("the State: %+v", st)
			}
			r.wantRequests(truth(c.wantRequest))
			_ = r.restart() // the disk is still full: nothing can be done, nothing is lost
			empty(r, small)
			home = r.restart()
			if refreshed := !r.content().Equal(old); refreshed != c.wantRequest {
				t.Errorf("the home is refreshed: %v, want %v", refreshed, c.wantRequest)
			}
			r.refreshes(home.Manager())
		})
	}
}

// P3: in a home that cannot be written to nothing is sent.
func TestReadOnlyHome(t *testing.T) {
	t.Parallel()
	r := newRig(t, disk(t, "2m"))
	r.State = filepath.Join(t.TempDir(), "state")
	remount := func(how string) {
		if out, err := exec.Command("mount", "-o", "remount,"+how, filepath.Dir(r.Home)).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	remount("ro")
	home := r.open(store.Options{})
	if err := home.Refresh(r.ctx); !errors.Is(err, syscall.EROFS) {
		t.Errorf("the refresh: %v, want EROFS", err)
	}
	r.wantRequests(0)
	remount("rw")
	r.refreshes(r.restart().Manager())
}
