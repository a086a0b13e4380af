package watcher

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"

	"github.com/fsnotify/fsnotify"
)

// directories are those that the system watches for us, by their paths without
// links. All methods belong to one goroutine.
type directories struct {
	open    func() (*fsnotify.Watcher, error)
	system  *fsnotify.Watcher // nil while the system refuses one
	watched map[string]bool
	changed bool // since begin

	// lost has a message when events were lost: the queue ran over
	// (fsnotify.ErrEventOverflow), or the system reported another failure.
	lost    chan struct{}
	drained sync.WaitGroup
}

func newDirectories(open func() (*fsnotify.Watcher, error)) *directories {
	return &directories{open: open, watched: make(map[string]bool), lost: make(chan struct{}, 1)}
}

// begin starts a round of watch calls that keep ends.
func (d *directories) begin() {
	d.changed = false
	if d.system != nil {
		return
	}
	system, err := d.open()
	if err != nil {
		return // for example, too many instances for this user: every watch is refused
	}
	d.system = system
	// fsnotify may hold, while it sends an error, the very lock that Add and
	// Remove take. So the goroutine that calls these cannot be the one that
	// receives errors.
	d.drained.Go(func() { d.drain(system.Errors) })
}

func (d *directories) drain(failures <-chan error) {
	for range failures {
		select {
		case d.lost <- struct{}{}:
		default:
		}
	}
}

// watch reports whether dir is watched from now on. It asks the system even if
// dir was watched before, for it may be another directory now; for the same one
// that changes nothing. A watch outlives the permission to make it.
func (d *directories) watch(dir string) bool {
	if d.system == nil {
		return false
	}
	err := d.system.Add(dir)
	switch {
	case err == nil:
		d.changed = d.changed || !d.watched[dir]
		d.watched[dir] = true
	case !errors.Is(err, fs.ErrPermission):
		d.remove(dir)
	}
	return d.watched[dir]
}

// keep stops watching all directories but those in used. It reports whether
// other directories are watched now than at begin.
func (d *directories) keep(used map[string]bool) (changed bool) {
	for dir := range d.watched {
		if !used[dir] {
			d.remove(dir)
		}
	}
	return d.changed
}

// forget stops watching by the name path and all names below it, because
// another directory may have them now. Should that one be refused, then the
// watch of the old one is not to be taken for its own.
func (d *directories) forget(path string) {
	for dir := range d.watched {
		if dir == path || strings.HasPrefix(dir, path+string(os.PathSeparator)) {
			d.remove(dir)
		}
	}
}

func (d *directories) remove(dir string) {
	if !d.watched[dir] {
		return
	}
	delete(d.watched, dir)
	d.changed = true
	_ = d.system.Remove(dir) // a directory that is gone has taken its watch along
}

// events is where the system's events arrive.
func (d *directories) events() <-chan fsnotify.Event {
	if d.system == nil {
		return nil
	}
	return d.system.Events
}

// close ends all watches and waits for the goroutines behind them.
func (d *directories) close() {
	if d.system == nil {
		return
	}
	_ = d.system.Close() // nothing can be done about it
	d.drained.Wait()
	for range d.system.Events { // closed last
	}
}
