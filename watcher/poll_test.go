package watcher

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
)

// noInstance is a system that has no notifications left to give, as when
// fs.inotify.max_user_instances is reached.
func noInstance(func()) (notifier, error) { return nil, errors.New("too many open files") }

// noWatches is a system that has no watches left to give, as when
// fs.inotify.max_user_watches is reached.
func noWatches(lost func()) (notifier, error) {
	n, err := openNotifier(lost)
	return &usedUp{n}, err
}

type usedUp struct{ notifier }

func (*usedUp) watchDir(string) error  { return syscall.ENOSPC }
func (*usedUp) watchFile(string) error { return syscall.ENOSPC }

// never and always are mounts.
func never(string) bool  { return false }
func always(string) bool { return true }

// Time is the test's; the only thing that can notice a change here is the poll.
func TestPollFinds(t *testing.T) {
	past := time.Date(2026, time.March, 23, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name string
		do   func(d disk)
		want bool
	}{
		{"another size at the same time", func(d disk) {
			d.write("user/.codex/auth.json", "longer than it was")
			d.must(os.Chtimes(d.path("user/.codex/auth.json"), past, past))
		}, true},
		{"another time at the same size", func(d disk) { d.write("user/.codex/auth.json", "FIRST") }, true},
		{"another inode of the same size and time", func(d disk) {
			d.write("user/.codex/new", "FIRST")
			d.must(os.Chtimes(d.path("user/.codex/new"), past, past))
			d.rename("user/.codex/new", "user/.codex/auth.json")
		}, true},
		{"another mode", func(d disk) { d.chmod("user/.codex/auth.json", 0o640) }, true},
		{"deleted", func(d disk) { d.remove("user/.codex/auth.json") }, true},
		{"the home gone", func(d disk) { d.remove("user") }, true},
		{"the other file made", func(d disk) { d.write("user/.codex/config.toml", "") }, true},
		{"a link to another file", func(d disk) {
			d.write("other.json", "FIRST")
			d.must(os.Chtimes(d.path("other.json"), past, past))
			d.link("../../other.json", "user/.codex/auth.json")
		}, true},
		{"read", func(d disk) { state(d.path("user/.codex/auth.json")) }, false},
		{"another name", func(d disk) { d.write("user/.codex/log", "x") }, false},
		{"nothing", func(disk) {}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDisk(t)
			signedIn(d)
			d.must(os.Chtimes(d.path("user/.codex/auth.json"), past, past))
			synctest.Test(t, func(t *testing.T) {
				w := newWatcher(t, d.path("user/.codex/auth.json"), d.path("user/.codex/config.toml"))
				w.open = noInstance
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				go func() {
					if err := w.Run(ctx); err != nil {
						t.Error(err)
					}
				}()
				synctest.Wait()
				if !told(w) {
					t.Fatal("no message at the start")
				}
				tt.do(d)
				time.Sleep(pollInterval - time.Nanosecond)
				synctest.Wait()
				if told(w) {
					t.Error("a message before the poll was due")
				}
				time.Sleep(time.Nanosecond)
				synctest.Wait()
				if got := told(w); got != tt.want {
					t.Errorf("message when the poll was due: %v, want %v", got, tt.want)
				}
				time.Sleep(10 * pollInterval)
				synctest.Wait()
				if told(w) {
					t.Error("a message though nothing changed any more")
				}
			})
		})
	}
}

// A file that is made and gone between two checks leaves nothing to find, unless its
// maker has asked for a look.
func TestPollLooksWhenAsked(t *testing.T) {
	d := newDisk(t)
	d.mkdir("user/.codex")
	synctest.Test(t, func(t *testing.T) {
		w := newWatcher(t, d.path("user/.codex/auth.json"))
		w.open = noInstance
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() { _ = w.Run(ctx) }()
		synctest.Wait()
		told(w)
		for range 2 {
			d.write("user/.codex/auth.json", "made")
			w.Look()
			synctest.Wait()
			if !told(w) {
				t.Error("no message of what was made")
			}
			d.remove("user/.codex/auth.json")
			time.Sleep(pollInterval)
			synctest.Wait()
			if !told(w) {
				t.Error("no message that it is gone")
			}
		}
	})
}

// told takes the message that waits and reports whether one did.
func told(w *Watcher) bool {
	select {
	case <-w.Changes():
		return true
	default:
		return false
	}
}

// A timer ticks only where events are known not to be enough.
func TestWhenItPolls(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		setup  func(d disk)
		silent func(d disk) func(dir string) bool
		open   func(func()) (notifier, error)
		want   bool
		says   string // why the system refuses, "" where it does not
	}{
		{name: "an ordinary home", setup: signedIn},
		{name: "an ordinary home without the file", setup: func(d disk) { d.mkdir("user/.codex") }},
		{name: "no home", setup: func(disk) {}},
		{name: "a link to nowhere", setup: func(d disk) { d.mkdir("user"); d.link("nowhere", "user/.codex") }},
		{name: "a link to itself", setup: func(d disk) { d.mkdir("user/.codex"); d.link("auth.json", "user/.codex/auth.json") }},
		{name: "the home on a silent mount", setup: signedIn, silent: isBelow("user/.codex"), want: true},
		{name: "a home that is missing on a silent mount", setup: func(d disk) { d.mkdir("user") }, silent: isBelow("user"), want: true},
		{name: "another directory on a silent mount", setup: signedIn, silent: isBelow("dotfiles")},
		{name: "a link into a silent mount", setup: linkedFile, silent: isBelow("dotfiles"), want: true},
		{name: "a linked home on a silent mount", setup: linkedHome, silent: isBelow("dotfiles"), want: true},
		{name: "no notifications to be had", setup: signedIn, open: noInstance, want: true, says: "too many open files"},
		{name: "no watches to be had", setup: signedIn, open: noWatches, want: true, says: "no space left on device"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDisk(t)
			tt.setup(d)
			w := newWatcher(t, d.path("user/.codex/auth.json"))
			w.silent = never
			if tt.silent != nil {
				w.silent = tt.silent(d)
			}
			if tt.open != nil {
				w.open = tt.open
			}
			r := newRun(w)
			defer r.close()
			r.arm()
			if got := r.poll.due() != nil; got != tt.want {
				t.Errorf("polls: %v, want %v", got, tt.want)
			}
			err := w.Refused()
			if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Refused = %v, want %q", err, tt.says)
			}
		})
	}
}

func isBelow(mount string) func(disk) func(string) bool {
	return func(d disk) func(string) bool {
		return func(dir string) bool {
			inside, err := filepath.Rel(d.path(mount), dir)
			return err == nil && filepath.IsLocal(inside)
		}
	}
}

// Polling begins and ends with the need for it.
func TestPollEndsWithItsReason(t *testing.T) {
	d := newDisk(t)
	signedIn(d)
	w := newWatcher(t, d.path("user/.codex/auth.json"))
	w.silent = isBelow("network")(d)
	d.mkdir("network")
	d.write("network/auth.json", "there")
	granted := false
	w.open = func(lost func()) (notifier, error) {
		if !granted {
			return noInstance(lost)
		}
		return openNotifier(lost)
	}
	r := newRun(w)
	defer r.close()
	expect := func(when string, polls, message bool) {
		t.Helper()
		if got := r.poll.due() != nil; got != polls {
			t.Errorf("%s: polls: %v, want %v", when, got, polls)
		}
		if got := told(w); got != message {
			t.Errorf("%s: message: %v, want %v", when, got, message)
		}
	}
	r.arm()
	expect("no notifications", true, false)
	r.look()
	expect("still none", true, false)
	granted = true
	r.look()
	expect("notifications", false, true)
	d.link("../../network/auth.json", "user/.codex/auth.json")
	r.handle(fsnotify.Event{Name: d.path("user/.codex/auth.json"), Op: fsnotify.Create})
	expect("a link to a silent mount", true, true)
	r.look()
	expect("nothing new there", true, false)
	d.write("user/.codex/new", "here")
	d.rename("user/.codex/new", "user/.codex/auth.json")
	r.handle(fsnotify.Event{Name: d.path("user/.codex/auth.json"), Op: fsnotify.Create})
	expect("a file again", false, true)
}

// A write through another hard link sends no event to the file's directory,
// exactly as one from another machine. Here events and poll work together.
func TestSilentMount(t *testing.T) {
	d := newDisk(t)
	signedIn(d)
	d.must(os.Link(d.path("user/.codex/auth.json"), d.path("elsewhere.json")))
	w := newWatcher(t, d.path("user/.codex/auth.json"))
	w.silent = always
	w.interval = time.Millisecond
	r := startReader(t, w)
	for _, content := range []string{"second", "the third"} {
		d.write("elsewhere.json", content)
		r.sees(t, d.path("user/.codex/auth.json"))
	}
	d.replace("user/.codex/auth.json", "fourth, by an event")
	r.sees(t, d.path("user/.codex/auth.json"))
}
