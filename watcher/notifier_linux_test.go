package watcher

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"

	"rekey/test/kit/must"
)

// next is the next event, named below the disk's root.
func next(t *testing.T, d disk, n notifier) fsnotify.Event {
	t.Helper()
	select {
	case event := <-n.events():
		name, err := filepath.Rel(d.root, event.Name)
		d.must(err)
		event.Name = name
		return event
	case <-time.After(patience):
		t.Fatal("there is no event")
		return fsnotify.Event{}
	}
}

func mustOpen(t *testing.T) notifier {
	t.Helper()
	n := must.Get(openNotifier(func() {}))(t) // a mount by another test may count as a loss
	t.Cleanup(n.close)
	return n
}

// Writes to other files in a watched directory do not wake the program: the
// kernel sends nothing for them, so the next event is that of the watched file.
func TestOtherFilesSendNothing(t *testing.T) {
	t.Parallel()
	d := newDisk(t)
	signedIn(d)
	d.write("user/.codex/state.sqlite-wal", "")
	n := mustOpen(t)
	d.must(n.watchDir(d.path("user/.codex")))
	d.must(n.watchFile(d.path("user/.codex/auth.json")))
	for range 100 {
		d.write("user/.codex/state.sqlite-wal", "page")
	}
	d.write("user/.codex/auth.json", "new")
	if got, want := next(t, d, n), (fsnotify.Event{Name: "user/.codex/auth.json", Op: fsnotify.Write}); got != want {
		t.Errorf("the first event is %v, want %v", got, want)
	}
}

// A watch that another name has taken over does not end with the first name.
func TestWatchesBelongToTheirNames(t *testing.T) {
	d := newDisk(t)
	signedIn(d)
	n := mustOpen(t)
	d.must(n.watchDir(d.path("user/.codex")))
	d.rename("user/.codex", "moved")
	for got := (fsnotify.Event{}); got.Op != fsnotify.Rename; {
		got = next(t, d, n)
	}
	d.must(n.watchDir(d.path("moved"))) // to the kernel, the same watch
	n.remove(d.path("user/.codex"))
	d.write("moved/new", "")
	if got, want := next(t, d, n), (fsnotify.Event{Name: "moved/new", Op: fsnotify.Create}); got != want {
		t.Errorf("the event is %v, want %v", got, want)
	}
}

// A write through another name of the file is seen: a hard link, and with it a
// file that is a mount of its own, as containers have it.
func TestWriteThroughAnotherName(t *testing.T) {
	d := newDisk(t)
	signedIn(d)
	d.must(os.Link(d.path("user/.codex/auth.json"), d.path("elsewhere.json")))
	r := startReader(t, newWatcher(t, d.path("user/.codex/auth.json")))
	for _, content := range []string{"second", "third"} {
		d.write("elsewhere.json", content)
		r.sees(t, d.path("user/.codex/auth.json"))
	}
	d.replace("user/.codex/auth.json", "a new file")
	r.sees(t, d.path("user/.codex/auth.json"))
	d.write("user/.codex/auth.json", "written in place")
	r.sees(t, d.path("user/.codex/auth.json"))
}
