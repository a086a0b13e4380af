//go:build unix

package agent

import (
	"errors"
	"os"
	"testing"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// A user who removes Rekey's own folders ends neither the keeping nor that there is
// one agent.
func TestAgentOutlivesItsFolder(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	a, _ := r.join()
	b, _ := r.join()
	for i := range 3 {
		before := agents(a, b)[0].now()
		gone := r.options().Dirs.State + ".gone"
		must.Do(t, errors.Join(os.Rename(r.options().Dirs.State, gone), os.RemoveAll(gone)))
		kit.Eventually(t, "an agent with a lock of its own", func() bool {
			now := agents(a, b)
			return len(now) == 1 && now[0].now() != before && r.open().Running()
		})
		kit.Eventually(t, "a refresh", func() bool { return errors.Join(a.Refresh(within(t)), b.Refresh(within(t))) == nil })
		if got := r.server.Refreshes(); got <= i {
			t.Errorf("%d refreshes after %d", got, i)
		}
	}
	kit.Await(t, b, "healthy", status(auth.StatusHealthy))
}

// A home whose folder was removed still has one tray, whether that is the agent or its
// client. A tray gives way to another that was faster.
func TestTrayOutlivesItsFolder(t *testing.T) {
	t.Parallel()
	for name, client := range map[string]bool{"the agent": false, "a client": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, box.Config{})
			var members []*Member
			if client {
				other, _ := r.join()
				members = append(members, other)
			}
			tray := must.Get(LockTray(r.options()))(t)
			m := must.Get(Join(within(t), r.options(func(o *Options) { o.Tray = tray }), "test"))(t)
			ended := kit.Later(func() error { return errors.Join(m.Run(within(t)), m.Close(within(t))) })
			members = append(members, m)
			state, path := r.options().Dirs.State, tray.path
			for range 2 {
				before := agents(members...)[0].now()
				must.Do(t, errors.Join(os.Rename(state, state+".gone"), os.RemoveAll(state+".gone")))
				kit.Eventually(t, "everybody at a new agent", func() bool {
					now := agents(members...)
					return len(now) == 1 && now[0].now() != before && members[0].Refresh(within(t)) == nil && m.Refresh(within(t)) == nil
				})
				kit.Eventually(t, "the tray's lock", func() bool {
					said, err := os.ReadFile(path) // it is written by whoever has the lock
					return err == nil && len(said) > 0
				})
				if _, err := LockTray(r.options()); !errors.Is(err, ErrRunning) {
					t.Fatalf("a second tray: %v, want %v", err, ErrRunning)
				}
			}
			must.Do(t, os.Rename(state, state+".gone"))
			other := must.Get(LockTray(r.options()))(t)
			defer other.Unlock()
			if err := <-ended; !errors.Is(err, ErrOtherTray) {
				t.Errorf("beside another tray: %v", err)
			}
		})
	}
}

// The lock of an agent whose folder has gone is somebody's, nobody's, or may come back.
func TestLostLock(t *testing.T) {
	r := newRig(t, box.Config{})
	a := must.Get(r.open().Become(t.Context(), "test"))(t)
	defer a.lock.Unlock()
	state := r.options().Dirs.State
	want := func(what string, want error) {
		t.Helper()
		if got := a.lostLock(t.Context()); !errors.Is(got, want) {
			t.Errorf("%s: %v", what, got)
		}
	}
	want("at its start", nil)
	must.Do(t, os.Rename(state, state+".away"))
	must.Do(t, os.Symlink("nowhere", state))
	if err := a.lostLock(t.Context()); err == nil || errors.Is(err, errLockLost) {
		t.Errorf("while there can be no folder: %v", err)
	}
	must.Do(t, errors.Join(os.Remove(state), os.Rename(state+".away", state)))
	want("when it is back", nil)
	must.Do(t, os.Rename(state, state+".gone"))
	want("when it has gone", errLockLost)
	other := must.Get(r.open().Become(t.Context(), "test"))(t)
	defer other.lock.Unlock()
	want("when another is the agent", errLockLost)
	if err := other.lostLock(t.Context()); err != nil {
		t.Errorf("the other: %v", err)
	}
}
