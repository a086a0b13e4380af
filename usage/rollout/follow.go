package rollout

import (
	"context"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Follow calls changed when it has begun to follow and after Codex has written to
// the home's session files, until ctx ends. Changes are gathered for as long as calm before they are told, for
// Codex writes several lines a second while it works. An error means that the system sends no events; then
// nothing is followed.
func Follow(ctx context.Context, home string, calm time.Duration, changed func()) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer w.Close()
	timer := time.NewTimer(0) // what was written before is told as well
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
		case _, ok := <-w.Errors: // too many events: look as well
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

// matters leaves out what happens in the home beside the sessions.
func matters(event fsnotify.Event, home string) bool {
	return filepath.Dir(event.Name) != filepath.Clean(home) || filepath.Base(event.Name) == "sessions"
}

// arm watches the folders in which the next line or the next file can appear, each
// before it is looked into. What is watched already stays so, what is gone ends by
// itself, and what cannot be watched is looked at with the others.
func arm(w *fsnotify.Watcher, home string) {
	sessions := filepath.Join(home, "sessions")
	if w.Add(sessions) != nil {
		_ = w.Add(home) // until there are sessions
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
