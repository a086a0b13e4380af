package rollout

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"rekey/watcher"
)

// every is how often to report a change where the system does not say whether
// there is one.
const every = time.Minute

// Follow calls changed once it has started, and after Codex has written to the
// home's session files, until ctx is done. It waits for calm before it reports
// changes, because Codex writes several lines a second while it works. Where the
// system sends no events, because none are left for this user, it calls changed
// every minute.
func Follow(ctx context.Context, home string, calm time.Duration, changed func()) {
	w, err := watcher.OpenFolders()
	if err != nil {
		w = nil
	} else {
		defer w.Close()
	}
	follow(ctx, w, home, calm, every, changed)
}

// follow is Follow with a watcher, or without one if w is nil.
func follow(ctx context.Context, w *watcher.Folders, home string, calm, every time.Duration, changed func()) {
	var events <-chan fsnotify.Event
	var lost <-chan struct{}
	if w != nil {
		events, lost = w.Events(), w.Lost()
	}
	timer := time.NewTimer(0) // report what was written before, too
	defer timer.Stop()
	waiting := true
	for {
		news := false
		select {
		case <-ctx.Done():
			return
		case event, ok := <-events:
			if !ok {
				w, events = nil, nil
			}
			news = !ok || matters(event, home)
		case <-lost: // too many events: report a change
			news = true
		case <-timer.C:
			waiting = false
			if w == nil || !arm(w, home) {
				timer.Reset(every)
			}
			changed()
		}
		if news && !waiting {
			waiting = true
			timer.Reset(calm)
		}
	}
}

// matters ignores events in the home that are not about its sessions.
func matters(event fsnotify.Event, home string) bool {
	return filepath.Dir(event.Name) != filepath.Clean(home) || filepath.Base(event.Name) == "sessions"
}

// arm watches the folders in which the next line or file can appear, each
// before it is read, and reports whether it could watch all of them. Adding a
// watched folder again changes nothing, and watches of removed ones end by
// themselves. A folder that may not be read tells nothing either way: the one above
// reports when that changes.
func arm(w *watcher.Folders, home string) (all bool) {
	sessions := filepath.Join(home, "sessions")
	err := w.Add(sessions)
	if err != nil {
		if w.Add(home) != nil { // to see when there are sessions
			return false
		}
		err = w.Add(sessions) // which may have come meanwhile
	}
	if err != nil {
		return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission)
	}
	w.Remove(home)
	left, all := folders, true
	add := func(dir string) {
		if err := w.Add(dir); err != nil && !errors.Is(err, fs.ErrPermission) {
			all = false
		}
	}
	for _, year := range below(sessions) {
		add(year)
		for _, month := range below(year) {
			add(month)
			for _, day := range below(month) {
				add(day)
				if left--; left == 0 {
					return all
				}
			}
		}
	}
	return all
}
