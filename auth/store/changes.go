package store

import (
	"context"
	"errors"
)

// ErrNoSignals means that this system's keyring does not tell when it changes:
// look into it now and then.
var ErrNoSignals = errors.New("the keyring does not tell when it changes")

// Notifier is implemented by the stores that have no file, or not only a file,
// to watch.
type Notifier interface {
	// Changes returns a channel on which something arrives after the store may
	// have changed, been locked or unlocked; several changes may be one. It is
	// closed when ctx ends or the keyring's bus does. The error is ErrNoSignals
	// or, as *auth.UnreadableError, why the keyring cannot be reached.
	//
	// What a program that takes no locks writes may go untold: gnome-keyring 42
	// sends no signal when an item's secret is replaced.
	Changes(ctx context.Context) (<-chan struct{}, error)
}

var _ Notifier = (*keyringStore)(nil)

// signaller is a ring that can tell when it changes.
type signaller interface {
	changes(ctx context.Context) (<-chan struct{}, error)
}

// Changes implements Notifier: the keyring's own signals, and the moments at
// which somebody gives one of Codex's locks back.
func (s *keyringStore) Changes(ctx context.Context) (<-chan struct{}, error) {
	r, ok := s.ring.(signaller)
	if !ok {
		return nil, ErrNoSignals
	}
	ctx, cancel := context.WithCancel(ctx)
	signals, err := r.changes(ctx)
	if err != nil {
		cancel()
		return nil, s.unreadable(err)
	}
	locks := lockReleases(ctx, s.file.home)
	changed := make(chan struct{}, 1)
	go func() {
		defer close(changed)
		defer cancel()
		for {
			select {
			case _, ok := <-signals:
				if !ok {
					return
				}
			case _, ok := <-locks:
				if !ok {
					locks = nil // the folder is gone: the signals are left
					continue
				}
			}
			tell(changed)
		}
	}()
	return changed, nil
}

// tell puts a token into a channel of capacity one unless one is there that
// the reader has not taken yet.
func tell(changed chan<- struct{}) {
	select {
	case changed <- struct{}{}:
	default:
	}
}
