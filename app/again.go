package app

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"rekey/watcher"
)

// errOtherHomes ends a program that has to start again because the configuration
// names other homes, after "rekey add" or "rekey remove" for example.
var errOtherHomes = errors.New("the configuration names other homes")

// settling is how long the file must not change before its homes count, because
// an editor may be in the middle of writing it.
const settling = 300 * time.Millisecond

// untilOtherHomes returns errOtherHomes when the configuration no longer names
// these homes, or nil when ctx is done. A window that is open learns of ours first,
// because it may be from before such a start.
func (w wiring) untilOtherHomes(ctx context.Context, ours ourHomes, homes []string) error {
	if err := w.tellWindow(ours.sockets(0)); err != nil {
		ours[0].options.Log.Warn("The window that is open was not told of all homes", "error", err)
	}
	if now, err := w.homes(nil); err != nil || !slices.Equal(now, homes) || w.config.path == "" {
		<-ctx.Done() // the command line names them
		return nil
	}
	file, err := watcher.New([]string{w.config.path})
	if err != nil {
		<-ctx.Done() // the next start reads the file again
		return nil
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return file.Run(ctx) })
	group.Go(func() error {
		var due <-chan time.Time
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-file.Changes():
				due = time.After(settling)
			case <-due:
				next := w
				next.config = readConfiguration(os.Getenv)
				now, err := next.homes(nil)
				if err == nil && len(next.config.problems) == 0 && !slices.Equal(now, homes) && canStartAgain() {
					return errOtherHomes
				}
			}
		}
	})
	return group.Wait()
}

// canStartAgain reports whether this program is still where it was started from.
func canStartAgain() bool {
	self, err := os.Executable()
	if err == nil {
		_, err = os.Stat(self)
	}
	return err == nil
}
