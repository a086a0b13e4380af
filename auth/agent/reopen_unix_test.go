//go:build unix

package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// Whatever becomes of the socket and its folders, the socket is back at once, as
// private as before, and who was connected stays.
func TestSocketComesBack(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(dir, socket string) error{
		"the socket":       func(_, socket string) error { return os.Remove(socket) },
		"its folder":       func(dir, _ string) error { return removeAtOnce(dir) },
		"the folder above": func(dir, _ string) error { return removeAtOnce(filepath.Dir(dir)) },
		"moved away":       func(dir, _ string) error { return os.Rename(dir, dir+".old") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, box.Config{})
			dir := filepath.Join(r.root, "user", "rekey")
			there := func(o *Options) { o.Dirs.Runtime = dir }
			r.start(there)
			stays := must.Get(connect(within(t), r.open(there)))(t)
			defer stays.Close()
			socket := filepath.Join(dir, filepath.Base(r.open().Socket()))
			for range 3 {
				must.Do(t, lose(dir, socket))
				c := must.Get(connect(within(t), r.open(there)))(t)
				kit.Await(t, c, "healthy", status(auth.StatusHealthy))
				_ = c.Close()
				for path, want := range map[string]os.FileMode{socket: os.ModeSocket | 0o600, dir: os.ModeDir | 0o700} {
					if info := must.Get(os.Lstat(path))(t); info.Mode() != want {
						t.Errorf("%s has the mode %v, want %v", path, info.Mode(), want)
					}
				}
				must.Do(t, os.RemoveAll(dir+".old"))
			}
			must.Do(t, stays.Refresh(within(t)))
			if got := r.told.Lines(); len(got) != 0 {
				t.Errorf("it tells %q", got)
			}
		})
	}
}

// removeAtOnce removes a folder in which somebody may make something meanwhile.
func removeAtOnce(dir string) error {
	return errors.Join(os.Rename(dir, dir+".gone"), os.RemoveAll(dir+".gone"))
}

// withReopener runs f in a bubble beside a reopener that runs until stop is called. check
// returns when it has done what it can.
func withReopener(t *testing.T, path string, f func(told *kit.Record, check, stop func())) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		told, socketGone := &kit.Record{}, make(chan struct{})
		r := &reopener{path: path, socketGone: socketGone, made: func() {}, lostLock: func(context.Context) error { return nil }, opts: Options{Log: slog.New(slog.DiscardHandler), Tell: func(err error) { fmt.Fprintln(told, err) }}}
		kept := kit.Later(func() error { return r.keep(ctx, func(net.Listener) {}) })
		synctest.Wait()
		f(told, func() { socketGone <- struct{}{}; wait(2 * socketRemovalPause) }, func() { stop(); <-kept })
		stop()
	})
}

// connects reports whether somebody listens.
func connects(path string) bool {
	nc, err := net.Dial("unix", path)
	if err != nil {
		return false
	}
	_ = nc.Close()
	return true
}

// Another's socket in the place of ours is left alone, also at the end, and our own
// comes back after it.
func TestAnothersSocketIsLeftAlone(t *testing.T) {
	dir := newBareRig(t).root
	path, theirs := filepath.Join(dir, "sock"), filepath.Join(dir, "theirs")
	put := func() *net.UnixListener {
		l := must.Get(net.ListenUnix("unix", &net.UnixAddr{Name: theirs, Net: "unix"}))(t)
		l.SetUnlinkOnClose(false)
		must.Do(t, os.Rename(theirs, path))
		return l
	}
	withReopener(t, path, func(told *kit.Record, check, stop func()) {
		l := put()
		left := must.Get(os.Lstat(path))(t)
		check()
		wait(time.Minute)
		if !os.SameFile(left, must.Get(os.Lstat(path))(t)) {
			t.Error("it was replaced")
		}
		if got := told.Lines(); len(got) != 1 || !strings.Contains(got[0], "in use") {
			t.Errorf("it tells %q", got)
		}
		must.Do(t, errors.Join(l.Close(), os.Remove(path)))
		check()
		if !connects(path) {
			t.Error("its own did not come back")
		}
		defer put().Close()
		left = must.Get(os.Lstat(path))(t)
		stop()
		if now, err := os.Lstat(path); err != nil || !os.SameFile(left, now) {
			t.Errorf("the end removed it: %v", err)
		}
	})
}

// A link in the place of the folder is not followed, though it leads to our socket.
func TestLinkToOurSocketIsNotUsed(t *testing.T) {
	dir := filepath.Join(newBareRig(t).root, "run")
	path := filepath.Join(dir, "sock")
	withReopener(t, path, func(told *kit.Record, check, _ func()) {
		must.Do(t, errors.Join(os.Rename(dir, dir+".old"), os.Symlink(dir+".old", dir)))
		check()
		wait(time.Minute)
		if got := told.Lines(); len(got) != 1 || !strings.Contains(got[0], "is not a folder") {
			t.Errorf("it tells %q", got)
		}
		must.Do(t, os.Remove(dir))
		check()
		if info, err := os.Lstat(dir); !connects(path) || err != nil || !info.IsDir() {
			t.Errorf("it is not back: %v", err)
		}
	})
}

// A watcher that polls learns of each socket that is made, and so of its end.
func TestEachSocketIsToldOf(t *testing.T) {
	path := filepath.Join(newBareRig(t).root, "sock")
	synctest.Test(t, func(t *testing.T) {
		made, check := 0, make(chan struct{})
		r := &reopener{path: path, socketGone: check, made: func() { made++ }, lostLock: func(context.Context) error { return nil }, opts: Options{Log: slog.New(slog.DiscardHandler)}}
		ctx, stop := context.WithCancel(t.Context())
		kept := kit.Later(func() error { return r.keep(ctx, func(net.Listener) {}) })
		for want := range 3 {
			wait(2 * socketRemovalPause)
			if made != want+1 {
				t.Errorf("told of %d sockets, want %d", made, want+1)
			}
			must.Do(t, os.Remove(path))
			check <- struct{}{}
		}
		stop()
		<-kept
	})
}

// Trouble that ends without an event, as a full disk does, is found to have ended,
// and wakes the agent less and less.
func TestReopenerOutlivesTroubleWithItsFolder(t *testing.T) {
	dir := filepath.Join(newBareRig(t).root, "run")
	path := filepath.Join(dir, "sock")
	must.Do(t, os.WriteFile(dir, nil, 0o600))
	withReopener(t, path, func(told *kit.Record, _, stop func()) {
		wait(time.Minute)
		must.Do(t, os.Remove(dir))
		wait(time.Minute)
		if !connects(path) || len(told.Lines()) != 1 {
			t.Errorf("it does not open, and tells %q", told.Lines())
		}
		stop()
		if _, err := os.Lstat(path); err == nil {
			t.Error("its socket outlives it")
		}
	})
}

// While an agent's folder is gone and none can be made, on a full disk for example,
// whether it is the agent is asked without an event.
func TestDoorAsksAgainWhetherItIsTheAgents(t *testing.T) {
	path := filepath.Join(newBareRig(t).root, "sock")
	synctest.Test(t, func(t *testing.T) {
		asked, began := 0, time.Now()
		r := &reopener{path: path, made: func() {}, opts: Options{Log: slog.New(slog.DiscardHandler)}, lostLock: func(context.Context) error {
			if asked++; time.Since(began) < time.Minute {
				return syscall.ENOSPC
			}
			return errLockLost
		}}
		err := r.keep(t.Context(), func(net.Listener) {})
		if took := time.Since(began); !errors.Is(err, errLockLost) || took > 2*time.Minute || asked > 20 {
			t.Errorf("asked %d times in %v: %v", asked, took, err)
		}
	})
}
