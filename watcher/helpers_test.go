package watcher

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"rekey/test/kit/must"
)

// patience bounds every wait. A test that passes never waits that long.
const patience = 2 * time.Minute

// state is what a reader finds at path.
func state(path string) string {
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "(denied)"
	case err != nil:
		return "(none)"
	}
	info, err := os.Stat(path)
	if err != nil {
		return "(none)"
	}
	return info.Mode().String() + " " + string(data)
}

// reader reads the files that it is told of, when it is told, and nothing at any
// other time.
type reader struct {
	mu    sync.Mutex // guards everything below
	seen  map[string]string
	reads int
	news  chan struct{} // closed after the next read

	cancel  context.CancelFunc
	stopped chan struct{}
	ran     chan error
}

// startReader runs w and reads its files at each of its messages until the test
// ends. It returns when it has read them for the first time.
func startReader(t *testing.T, w *Watcher) *reader {
	t.Helper()
	return startReaderOf(t, w, w.Run)
}

// startReaderOf is startReader where run is run instead of w.Run.
func startReaderOf(t *testing.T, w *Watcher, run func(context.Context) error) *reader {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &reader{
		seen:    make(map[string]string),
		news:    make(chan struct{}),
		cancel:  cancel,
		stopped: make(chan struct{}),
		ran:     make(chan error, 1),
	}
	go func() { r.ran <- run(ctx) }()
	go func() {
		defer close(r.stopped)
		for {
			select {
			case <-w.Changes():
				files, ok := w.Which()
				if !ok {
					files = w.files
				}
				r.read(files)
			case <-ctx.Done():
				return
			}
		}
	}()
	t.Cleanup(func() { r.stop(t) })
	r.await(t, "the first message", func() bool { return r.reads > 0 })
	return r
}

// stop ends the run and waits until it and the reader have ended.
func (r *reader) stop(t *testing.T) {
	t.Helper()
	if r.cancel == nil {
		return
	}
	r.cancel()
	r.cancel = nil
	<-r.stopped
	select {
	case err := <-r.ran:
		if err != nil {
			t.Errorf("Run: %v", err)
		}
	case <-time.After(patience):
		t.Fatal("Run does not end")
	}
}

func (r *reader) read(files []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, file := range files {
		r.seen[file] = state(file)
	}
	r.reads++
	close(r.news)
	r.news = make(chan struct{})
}

// count is how often the files have been read.
func (r *reader) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reads
}

// await waits until done, which is asked under the lock after every read, is true.
func (r *reader) await(t *testing.T, what string, done func() bool) {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		r.mu.Lock()
		ok, news := done(), r.news
		r.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-news:
		case <-limit.C:
			t.Fatalf("not seen: %s", what)
		}
	}
}

// sees waits until the last state that was read of file is the one it has now.
func (r *reader) sees(t *testing.T, file string) {
	t.Helper()
	want := state(file)
	r.await(t, want+" at "+file, func() bool { return r.seen[file] == want })
}

// readsAgain waits until the files have been read more often than before.
func (r *reader) readsAgain(t *testing.T, before int) {
	t.Helper()
	r.await(t, "a message", func() bool { return r.reads > before })
}

// newWatcher is New, which must succeed.
func newWatcher(t testing.TB, files ...string) *Watcher {
	t.Helper()
	return must.Get(New(files))(t)
}

// disk changes the files below a folder of the test's own. Paths are relative to
// it, contents end up where they are said to; a failure ends the test.
type disk struct {
	t    testing.TB
	root string
}

func newDisk(t testing.TB) disk {
	t.Helper()
	root := must.Get(filepath.EvalSymlinks(t.TempDir()))(t)
	return disk{t, root}
}

func (d disk) path(name string) string { return filepath.Join(d.root, name) }

func (d disk) must(err error) {
	d.t.Helper()
	must.Do(d.t, err)
}

func (d disk) mkdir(name string) { d.t.Helper(); d.must(os.MkdirAll(d.path(name), 0o755)) }

// write truncates and rewrites in place.
func (d disk) write(name, content string) {
	d.t.Helper()
	d.must(os.WriteFile(d.path(name), []byte(content), 0o600))
}

// replace puts a new file in the place of name.
func (d disk) replace(name, content string) {
	d.t.Helper()
	d.write(name+".tmp", content)
	d.rename(name+".tmp", name)
}

func (d disk) rename(from, to string) { d.t.Helper(); d.must(os.Rename(d.path(from), d.path(to))) }

// link makes name a symbolic link to target, in the place of what is there.
func (d disk) link(target, name string) {
	d.t.Helper()
	d.must(os.Symlink(target, d.path(name)+".tmp"))
	d.rename(name+".tmp", name)
}

func (d disk) remove(name string) { d.t.Helper(); d.must(os.RemoveAll(d.path(name))) }

func (d disk) chmod(name string, mode os.FileMode) {
	d.t.Helper()
	d.must(os.Chmod(d.path(name), mode))
}

// missingPart skips a test because something real is not there. In continuous
// integration everything is there, so it fails.
func missingPart(t *testing.T, part string) {
	t.Helper()
	if os.Getenv("CI") == "true" || os.Getenv("REKEY_CI") == "1" {
		t.Fatalf("missing here: %s", part)
	}
	t.Skipf("not run, missing here: %s", part)
}
