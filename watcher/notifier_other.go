//go:build !linux

package watcher

import (
	"sync"

	"github.com/fsnotify/fsnotify"
)

// library is fsnotify, which reports writes to files in a watched directory.
type library struct {
	watcher *fsnotify.Watcher
	drained sync.WaitGroup
}

// openNotifier starts the system's notifications. lost is called, from any
// goroutine, when some of them were lost.
func openNotifier(lost func()) (notifier, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	l := &library{watcher: w}
	// While it sends an error, fsnotify may hold the lock that Add and Remove
	// take. So another goroutine must receive the errors. (As of v1.10.1.
	// Events on Windows had a similar problem:
	// https://github.com/fsnotify/fsnotify/issues/656.)
	l.drained.Go(func() {
		for range w.Errors {
			lost()
		}
	})
	return l, nil
}

func (l *library) watchDir(dir string) error     { return l.watcher.Add(dir) }
func (l *library) watchFile(string) error        { return nil }
func (l *library) watchContent(dir string) error { return l.watcher.Add(dir) }
func (l *library) remove(path string)            { _ = l.watcher.Remove(path) }
func (l *library) events() <-chan fsnotify.Event { return l.watcher.Events }

func (l *library) close() {
	_ = l.watcher.Close() // nothing can be done about it
	l.drained.Wait()
	for range l.watcher.Events { // closed last
	}
}
