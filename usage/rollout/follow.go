package rollout

import (
	"context"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Follow calls changed once it has started, and after Codex has written to the home's session files, until ctx
// is done. It waits for calm before it reports changes, because Codex writes several lines a second while it
// works. An error means that the system sends no events.
func Follow(ctx context.Context, home string, calm time.Duration, changed func()) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer w.Close()
	timer := time.NewTimer(0) // report what was written before, too
	defer timer.Stop()
	waiting := true
	for {
		select {
		case <-ctx.Done():
			return nil
		case event, ok := <-w.Events:
			if !ok {
				return nil
			}
			if !waiting && matters(event, home) {
				waiting = true
				timer.Reset(calm)
			}
		case _, ok := <-w.Errors: // too many events: report a change
			if !ok {
				return nil
			}
			if !waiting {
				waiting = true
				timer.Reset(calm)
			}
		case <-timer.C:
			waiting = false
			arm(w, home)
			changed()
		}
	}
}

// matters ignores events in the home that are not about its sessions.
func matters(event fsnotify.Event, home string) bool {
	return filepath.Dir(event.Name) != filepath.Clean(home) || filepath.Base(event.Name) == "sessions"
}

// arm watches the folders in which the next line or file can appear, each
// before it is read. Adding a watched folder again changes nothing, watches of
// removed ones end by themselves, and folders that cannot be watched are read
// with the others.
func arm(w *fsnotify.Watcher, home string) {
	sessions := filepath.Join(home, "sessions")
	if w.Add(sessions) != nil {
		_ = w.Add(home) // to see when there are sessions
		return
	}
	_ = w.Remove(home)
	left := folders
	for _, year := range below(sessions) {
		_ = w.Add(year)
		for _, month := range below(year) {
			_ = w.Add(month)
			for _, day := range below(month) {
				_ = w.Add(day)
				if left--; left == 0 {
					return
				}
			}
		}
	}
}
