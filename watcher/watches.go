package watcher

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/fsnotify/fsnotify"
)

// watches are the directories and files that the system watches for us, by
// their paths without links. All methods belong to one goroutine.
type watches struct {
	open    func(lost func()) (notifier, error)
	system  notifier // nil while the system refuses one
	watched map[string]bool
	changed bool  // since begin
	refused error // why the last directory that is not watched is not, nil for none

	// lost has a message when events were lost: the queue ran over, or the
	// system reported another failure.
	lost chan struct{}
}

func newWatches(open func(lost func()) (notifier, error)) *watches {
	return &watches{open: open, watched: make(map[string]bool), lost: make(chan struct{}, 1)}
}

// begin starts a round of watch calls that keep ends.
func (d *watches) begin() {
	d.changed = false
	if d.system != nil {
		return
	}
	// It may be refused: too many instances for this user, for example. Then
	// every watch is refused.
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
// even if it was watched before, for it may be another directory now; for the
// same one that changes nothing. A watch outlives the permission to make it.
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

// file reports whether writes to a file are reported from now on. One that may
// not be read needs no watch: its directory tells when it may.
func (d *watches) file(path string) bool {
	if d.system == nil {
		return false
	}
	err := d.system.watchFile(path)
	return d.note(path, err) || errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist)
}

// note keeps what became of a watch, and reports whether there is one.
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

// keep stops watching everything but what is in used. It reports whether
// something else is watched now than at begin.
func (d *watches) keep(used map[string]bool) (changed bool) {
	for path := range d.watched {
		if !used[path] {
			d.remove(path)
		}
	}
	return d.changed
}

// forget stops watching by the name path and all names below it, because
// another directory may have them now. Should that one be refused, then the
// watch of the old one is not to be taken for its own.
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

// events is where the system's events arrive.
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
