package watcher

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"
)

// pollInterval is how often files are checked where events are not enough.
const pollInterval = 30 * time.Second

// Watcher reports that a watched file may have changed.
type Watcher struct {
	files   []string
	changes chan struct{}
	looks   chan struct{} // has a message from Look

	mu    sync.Mutex // guards which
	which []string   // the files that the next reading is about, "" for any

	// Tests replace these before Run.

	interval   time.Duration                       // between two checks when polling
	everyLevel bool                                // watch all directories on the way, see cheapWatches
	silent     func(dir string) bool               // whether changes in dir may send no events
	open       func(lost func()) (notifier, error) // the system's notifications
}

// New returns a Watcher of files, whose paths must be absolute. The files and
// their directories need not exist. Nothing is watched before Run.
func New(files []string) (*Watcher, error) {
	if len(files) == 0 {
		return nil, errors.New("no file to watch")
	}
	w := &Watcher{
		changes:    make(chan struct{}, 1),
		looks:      make(chan struct{}, 1),
		interval:   pollInterval,
		everyLevel: cheapWatches(),
		silent:     sendsNoEvents,
		open:       openNotifier,
	}
	for _, file := range files {
		if !filepath.IsAbs(file) {
			return nil, fmt.Errorf("cannot watch %q: the path is not absolute", file)
		}
		w.files = append(w.files, filepath.Clean(file))
	}
	slices.Sort(w.files)
	w.files = slices.Compact(w.files)
	return w, nil
}

// Changes returns a channel whose messages mean "read the files again now". One
// message may stand for many changes, and one change may cause several; the
// first comes when Run has started to watch. A reader that reads the files
// after each message never misses a change. The channel is never closed.
func (w *Watcher) Changes() <-chan struct{} { return w.changes }

// Which returns the files that the messages were about since it was last called,
// each once; ok is false if any file may have changed. It is called after each
// message, and before the files are read.
func (w *Watcher) Which() (files []string, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	files, w.which = w.which, nil
	return files, !slices.Contains(files, anyFile)
}

// anyFile stands for all that are watched.
const anyFile = ""

// Run watches until ctx is done and then returns nil; when it returns,
// everything it started has ended. Call it once. An error means that the system
// stopped sending notifications. If the system refuses them from the start, Run
// polls the files.
func (w *Watcher) Run(ctx context.Context) error {
	r := newRun(w)
	defer r.close()
	r.arm()
	w.report(anyFile)
	return r.loop(ctx)
}

// Look has Run check the files immediately if it polls. Whoever makes a watched file
// calls it. Otherwise Run would not see that the file is gone again before the next
// check, which finds the same as the last: no file.
func (w *Watcher) Look() {
	select {
	case w.looks <- struct{}{}:
	default:
	}
}

// Refused says why the system would not report changes, so that Run would poll:
// its limits are used up, for example. It is nil where Run would not poll, or
// polls because of the file system. It is called instead of Run.
func (w *Watcher) Refused() error {
	r := newRun(w)
	defer r.close()
	r.arm()
	if !r.trail.deaf {
		return nil
	}
	return r.watches.refused
}

// report asks the reader to read a file again, or anyFile. A message that still
// waits says the same.
func (w *Watcher) report(file string) {
	w.mu.Lock()
	if !slices.Contains(w.which, file) {
		w.which = append(w.which, file)
	}
	w.mu.Unlock()
	select {
	case w.changes <- struct{}{}:
	default:
	}
}

// cheapWatches reports whether the cost of watching a directory is independent
// of its number of entries. With kqueue it is not, because each entry is
// opened. There only directories in which a file, a link or a missing name is
// looked up are watched, and moving a directory further up goes unnoticed.
func cheapWatches() bool {
	switch runtime.GOOS {
	case "darwin", "dragonfly", "freebsd", "netbsd", "openbsd":
		return false
	}
	return true
}
