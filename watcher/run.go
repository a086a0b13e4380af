package watcher

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/fsnotify/fsnotify"
)

// run is the state of one Run. It belongs to that goroutine.
type run struct {
	*Watcher
	watches *watches
	poll    *poll
	trail   *trail // as of the last arm
}

func newRun(w *Watcher) *run {
	return &run{
		Watcher: w,
		watches: newWatches(w.open),
		poll:    newPoll(w.files, w.interval),
	}
}

func (r *run) close() {
	r.poll.stop()
	r.watches.close()
}

// loop deals with what happens until ctx ends.
func (r *run) loop(ctx context.Context) error {
	for {
		select {
		case event, ok := <-r.watches.events():
			if !ok {
				return errors.New("the system's file notifications have ended")
			}
			r.handle(event)
		case <-r.watches.lost:
			r.resume()
		case <-r.poll.due():
			r.look()
		case <-ctx.Done():
			return nil
		}
	}
}

// arm watches the directories on the way to every file and no others, and polls
// if that is not enough. It reports whether the watched directories are others
// than before. What happened before they were watched has sent no event, so the
// files must be read after it.
func (r *run) arm() (changed bool) {
	changed = r.settle()
	if r.trail.deaf && !r.everyLevel {
		r.everyLevel = true // a directory further up may tell what these do not
		changed = r.settle() || changed
	}
	if r.trail.deaf {
		r.poll.start()
	} else {
		r.poll.stop()
	}
	return changed
}

// settle follows the path of every file until that no longer changes what is
// watched. Then every directory was watched before the last look at it, and
// none has lost its watch to another name that it had before: to the system,
// that is the same watch.
func (r *run) settle() (changed bool) {
	for {
		r.watches.begin()
		r.trail = newTrail(r.watches, r.silent, r.everyLevel)
		for _, file := range r.files {
			r.trail.follow(file)
		}
		if !r.watches.keep(r.trail.used) {
			return changed
		}
		changed = true
	}
}

// handle reports an event of a name that matters. The report goes out before
// anything that takes time.
func (r *run) handle(event fsnotify.Event) {
	place := filepath.Clean(event.Name)
	role, matters := r.trail.roles[place]
	if !matters {
		return
	}
	if role == waypoint && event.Op == fsnotify.Write {
		return // kqueue and Windows: an entry of this directory changed, which has its own event
	}
	if role == file && event.Op != fsnotify.Write {
		r.watches.file(place) // it may be another file, whose writes are to be seen from the next read on
	}
	r.report()
	if role == file && !(event.Has(fsnotify.Create) && isLink(place)) {
		return // the way to the file is as it was
	}
	if event.Op != fsnotify.Chmod {
		r.watches.forget(place)
	}
	r.arm()
	r.report()
}

// resume makes up for events that were lost: anything may have happened.
func (r *run) resume() {
	r.report()
	r.watches.keep(nil)
	r.arm()
	r.report()
}

// look is one turn of the poll. What sends no events may also have changed the
// way to a file, and a watch that was refused may be had now.
func (r *run) look() {
	changed := r.poll.changed()
	if r.arm() || changed {
		r.report()
	}
}
