package watcher

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/fsnotify/fsnotify"
)

// notifier is the system's notifications. One goroutine calls its methods.
type notifier interface {
	// watchDir reports changes of the names in a directory, and of itself. A
	// directory that is already watched stays watched.
	watchDir(dir string) error
	// watchFile reports writes to a file, if watching its directory does not.
	watchFile(path string) error
	// watchContent reports changes of the names in a directory and writes to the
	// files in it.
	watchContent(dir string) error
	// remove ends the watch of a name. It is fine if the watch is already gone.
	remove(path string)
	// events returns the channel of events. It is closed when the system stops
	// sending them.
	events() <-chan fsnotify.Event
	// close ends all watches and waits for the notifier's goroutines.
	close()
}

// watches are the directories and files that the system watches for us, by
// their paths without links. All methods are for one goroutine.
type watches struct {
	open    func(lost func()) (notifier, error)
	system  notifier // nil while the system refuses one
	watched map[string]bool
	changed bool  // since begin
	refused error // why the last directory that is not watched is not, nil for none

	// lost has a message when events were lost: the queue overflowed, or the
	// system reported another failure.
	lost chan struct{}
}

func newWatches(open func(lost func()) (notifier, error)) *watches {
	return &watches{open: open, watched: make(map[string]bool), lost: make(chan struct{}, 1)}
}

// begin starts a round of calls of dir and file, which keep ends.
func (d *watches) begin() {
	d.changed = false
	if d.system != nil {
		return
	}
	// This may fail, for example because of too many instances for this user.
	// Then every watch is refused.
	system, err := d.open(d.lose)
	if d.refused = err; err == nil {
		d.system = system
	}
}

// lose notes that events were lost. It is called from any goroutine.
func (d *watches) lose() {
	select {
	case d.lost <- struct{}{}:
	default:
	}
}

// dir reports whether a directory is watched from now on. It asks the system
// even if it was watched before, because it may be another directory now; for
// the same one that changes nothing. A watch outlives the permission to create
// it.
func (d *watches) dir(dir string) bool {
	if d.system == nil {
		return false
	}
	err := d.system.watchDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.refused = err
	}
	return d.note(dir, err)
}

// file reports whether writes to a file are reported from now on. A file that
// may not be read needs no watch: its directory reports when that changes.
func (d *watches) file(path string) bool {
	if d.system == nil {
		return false
	}
	err := d.system.watchFile(path)
	return d.note(path, err) || errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist)
}

// note records the result of a watch call, and reports whether there is a
// watch.
func (d *watches) note(path string, err error) bool {
	switch {
	case err == nil:
		d.changed = d.changed || !d.watched[path]
		d.watched[path] = true
	case !errors.Is(err, fs.ErrPermission):
		d.remove(path)
	}
	return d.watched[path]
}

// keep stops watching everything that is not in used. It reports whether the
// set of watches has changed since begin.
func (d *watches) keep(used map[string]bool) (changed bool) {
	for path := range d.watched {
		if !used[path] {
			d.remove(path)
		}
	}
	return d.changed
}

// forget stops watching path and all names below it, because another directory
// may have them now. Otherwise, if watching that one fails, the old watch would
// be mistaken for its own.
func (d *watches) forget(path string) {
	for watched := range d.watched {
		if watched == path || strings.HasPrefix(watched, path+string(os.PathSeparator)) {
			d.remove(watched)
		}
	}
}

func (d *watches) remove(path string) {
	if !d.watched[path] {
		return
	}
	delete(d.watched, path)
	d.changed = true
	d.system.remove(path)
}

// events returns the channel of the system's events.
func (d *watches) events() <-chan fsnotify.Event {
	if d.system == nil {
		return nil
	}
	return d.system.events()
}

// close ends all watches and waits for the goroutines behind them.
func (d *watches) close() {
	if d.system != nil {
		d.system.close()
	}
}
