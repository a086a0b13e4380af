package watcher

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"slices"

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

// loop handles events until ctx is done.
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
		case <-r.looks:
			if r.poll.due() != nil {
				r.look()
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// arm watches exactly the directories on the way to every file, and polls if
// that is not enough. It reports whether the watched directories have changed.
// Changes before that sent no event, so the files must be read afterwards.
func (r *run) arm() (changed bool) {
	changed = r.settle()
	if r.trail.deaf && !r.everyLevel {
		r.everyLevel = true // a directory further up may report what these do not
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
// watched. Then every directory was watched before it was last read, and none
// has lost its watch to an earlier name of it, which to the system is the same
// watch.
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

// handle reports an event of a name that matters, before it does anything slow.
func (r *run) handle(event fsnotify.Event) {
	place := filepath.Clean(event.Name)
	role, matters := r.trail.roles[place]
	if !matters {
		return
	}
	if role == waypoint && event.Op == fsnotify.Write {
		return // kqueue and Windows: an entry of this directory changed and has its own event
	}
	if role == file && event.Op != fsnotify.Write {
		r.watches.file(place) // it may be another file now, whose writes must be seen from the next read on
	}
	about := place
	if role != file || !slices.Contains(r.files, place) {
		about = anyFile // which file is behind it takes longer to find out than to read them all
	}
	r.report(about)
	runtime.Gosched() // whoever reads the file goes first
	if role == file && !(event.Has(fsnotify.Create) && isLink(place)) {
		return // the way to the file is unchanged
	}
	if event.Op != fsnotify.Chmod {
		r.watches.forget(place)
	}
	r.arm()
	r.report(anyFile)
}

// resume recovers after lost events: anything may have changed.
func (r *run) resume() {
	r.report(anyFile)
	r.watches.keep(nil)
	r.arm()
	r.report(anyFile)
}

// look is one round of polling. The way to a file may have changed without an
// event, and a watch that was refused may work now.
func (r *run) look() {
	changed := r.poll.changed()
	if r.arm() || changed {
		r.report(anyFile)
	}
}
