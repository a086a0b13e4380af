package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"rekey/internal/safefile"
	"rekey/watcher"
)

// errOtherHomes ends a program that has to start again because the configuration
// names other homes, after "rekey add" or "rekey remove" for example, or because
// the name of one now leads to another.
var errOtherHomes = errors.New("the configuration names other homes")

// settling is how long the file must not change before its homes count, because
// an editor may be in the middle of writing it.
const settling = 300 * time.Millisecond

// untilOtherHomes returns errOtherHomes when the configuration no longer names
// these homes, or nil when ctx is done. named: the command line names them. A
// window that is open learns of ours first, because it may be from before such a
// start.
func (w wiring) untilOtherHomes(ctx context.Context, ours ourHomes, homes []string, named bool) error {
	if err := w.tellWindow(ours.sockets(0)); err != nil {
		ours[0].options.Log.Warn("The window that is open was not told of all homes", "error", err)
	}
	if named || w.config.path == "" {
		<-ctx.Done()
		return nil
	}
	return w.whileNamed(ctx, homes)
}

// whileNamed returns errOtherHomes when the configuration no longer names these
// homes, or nil when ctx is done.
func (w wiring) whileNamed(ctx context.Context, homes []string) error {
	files, err := watcher.New(w.namesHomes())
	if err != nil {
		<-ctx.Done() // the next start reads the file again
		return nil
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return files.Run(ctx) })
	group.Go(func() error {
		var due <-chan time.Time
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-files.Changes():
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

// named reports whether the command line names these homes. It is asked at once,
// before a link to one can be changed.
func (w wiring) named(homes []string) bool {
	configured, err := w.homes(nil)
	return err != nil || !slices.Equal(configured, homes)
}

// namesHomes returns the files that say which homes these are: the configuration, and
// each symbolic link that leads to one, because people switch accounts by changing it.
func (w wiring) namesHomes() []string {
	files := []string{w.config.path}
	named := w.config.Homes
	if len(named) == 0 {
		named = []string{filepath.Join(userHome(), ".codex")}
	}
	for _, name := range named {
		name, err := filepath.Abs(name)
		if err != nil {
			continue
		}
		if home, err := safefile.Resolve(name); err != nil || home != name {
			files = append(files, name)
		}
	}
	return files
}

// canStartAgain reports whether this program is still where it was started from.
func canStartAgain() bool {
	self, err := os.Executable()
	if err == nil {
		_, err = os.Stat(self)
	}
	return err == nil
}
