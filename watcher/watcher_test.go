package watcher

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"

	"rekey/test/kit/must"
)

func TestNewRefuses(t *testing.T) {
	for name, files := range map[string][]string{
		"no file":         nil,
		"a relative path": {filepath.Join(t.TempDir(), "auth.json"), filepath.Join("codex", "auth.json")},
		"an empty path":   {""},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := New(files); err == nil {
				t.Errorf("New(%q) gave no error", files)
			}
		})
	}
}

// A reader is told which file a message is about, and after it nothing is left.
func TestWhichFile(t *testing.T) {
	d := newDisk(t)
	w := newWatcher(t, d.path("auth.json"), d.path("config.toml"))
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- w.Run(ctx) }()
	<-w.Changes()
	if _, ok := w.Which(); ok {
		t.Error("at the start any file may have changed")
	}
	d.replace("auth.json", "x")
	<-w.Changes()
	if files, ok := w.Which(); !ok || !slices.Equal(files, []string{d.path("auth.json")}) {
		t.Errorf("after a change of auth.json: %q, %t", files, ok)
	}
	cancel()
	must.Do(t, <-ran)
}

// All files are watched, also those behind the link through which the first leads.
func TestEachOfTheFiles(t *testing.T) {
	for name, setup := range map[string]func(disk){"a folder": signedIn, "a link": linkedHome} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDisk(t)
			setup(d)
			auth, config := d.path("user/.codex/auth.json"), d.path("user/.codex/config.toml")
			w := newWatcher(t, auth, config, d.path("etc/codex/config.toml"))
			w.interval = time.Hour // longer than the reader's patience
			r := startReader(t, w)
			for _, s := range []struct{ name, file string }{
				{"user/.codex/config.toml", config},
				{"user/.codex/auth.json", auth},
				{"etc/codex/config.toml", d.path("etc/codex/config.toml")},
				{"user/.codex/config.toml", config},
			} {
				d.mkdir("etc/codex")
				d.replace(s.name, "changed "+s.name+state(s.file))
				r.sees(t, s.file)
			}
		})
	}
}

// A reader that is busy finds one message, however much has happened.
func TestMessagesFoldTogether(t *testing.T) {
	t.Parallel()
	d := newDisk(t)
	w := newWatcher(t, d.path("auth.json"))
	other := newWatcher(t, d.path("auth.json"))
	r := startReader(t, other)

	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- w.Run(ctx) }()
	<-w.Changes()
	for i := range 100 {
		d.replace("auth.json", fmt.Sprint(i))
		r.sees(t, d.path("auth.json"))
	}
	cancel()
	must.Do(t, <-ran)
	if n := len(w.Changes()); n != 1 {
		t.Errorf("%d messages wait after 100 changes, want 1", n)
	}
	<-w.Changes()
	select {
	case _, open := <-w.Changes():
		t.Errorf("a second message, or a closed channel: open = %v", open)
	default:
	}
}

// kqueue and Windows tell of a directory's contents as a Write of the directory.
func TestEventsThatMatter(t *testing.T) {
	t.Parallel()
	d := newDisk(t)
	d.mkdir("home")
	for _, tt := range []struct {
		name string
		op   fsnotify.Op
		want bool
	}{
		{"home/auth.json", fsnotify.Write, true},
		{"home/auth.json", fsnotify.Create, true},
		{"home/auth.json", fsnotify.Remove, true},
		{"home/auth.json", fsnotify.Rename, true},
		{"home/auth.json", fsnotify.Chmod, true},
		{"home/auth.json.lock", fsnotify.Write, false},
		{"home/auth.json/x", fsnotify.Create, false},
		{"home", fsnotify.Write, false},
		{"home", fsnotify.Write | fsnotify.Chmod, true},
		{"home", fsnotify.Chmod, true},
		{"home", fsnotify.Create, true},
		{"home", fsnotify.Remove, true},
		{"home", fsnotify.Rename, true},
		{"hom", fsnotify.Create, false},
		{".", fsnotify.Rename, true},
		{"..", fsnotify.Rename, true},
		{"../other", fsnotify.Rename, false},
	} {
		t.Run(tt.name+" "+tt.op.String(), func(t *testing.T) {
			t.Parallel()
			w := newWatcher(t, d.path("home/auth.json"))
			r := newRun(w)
			defer r.close()
			r.arm()
			// In the root directory, fsnotify begins names with two separators.
			r.handle(fsnotify.Event{Name: string(filepath.Separator) + d.path(tt.name), Op: tt.op})
			if got := len(w.Changes()) == 1; got != tt.want {
				t.Errorf("reported: %v, want %v", got, tt.want)
			}
		})
	}
}

// What the way no longer passes through costs nothing any more.
func TestWatchesOnlyWhatItNeeds(t *testing.T) {
	d := newDisk(t)
	linkedFile(d)
	d.mkdir("store")
	r := newRun(newWatcher(t, d.path("user/.codex/auth.json")))
	defer r.close()
	check := func(want ...string) {
		t.Helper()
		r.arm()
		var got []string
		for path := range r.watches.watched {
			if inside, err := filepath.Rel(d.root, path); err == nil && filepath.IsLocal(inside) && inside != "." {
				got = append(got, filepath.ToSlash(inside))
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("watches %q, want %q", got, want)
		}
	}
	r.everyLevel = true
	check("dotfiles", "dotfiles/auth.json", "user", "user/.codex")
	d.link("../../store/auth.json", "user/.codex/auth.json")
	check("store", "user", "user/.codex")
	d.replace("user/.codex/auth.json", "here")
	check("user", "user/.codex", "user/.codex/auth.json")
	d.remove("user")
	check()
	signedIn(d)
	r.everyLevel = false
	check("user/.codex", "user/.codex/auth.json")
	d.remove("user/.codex")
	check("user")
}

// The label is inherited by every goroutine that Run starts.
func TestRunLeavesNoGoroutine(t *testing.T) {
	t.Parallel()
	d := newDisk(t)
	labelled := func() int {
		var profile bytes.Buffer
		must.Do(t, pprof.Lookup("goroutine").WriteTo(&profile, 1))
		return strings.Count(profile.String(), `"run":"`+d.root+`"`)
	}
	for range 20 {
		w := newWatcher(t, d.path("auth.json"))
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go pprof.Do(ctx, pprof.Labels("run", d.root), func(ctx context.Context) { ran <- w.Run(ctx) })
		<-w.Changes()
		if labelled() == 0 {
			t.Fatal("Run's own goroutine is not found, so a leak would not be")
		}
		d.replace("auth.json", "busy while it ends")
		cancel()
		must.Do(t, <-ran)
	}
	for deadline := time.Now().Add(patience); labelled() > 0; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines are left", labelled())
		}
	}
}
