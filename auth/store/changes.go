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
	Changes(ctx context.Context) (<-chan struct{}, error)
}

var _ Notifier = (*keyringStore)(nil)

// signaller is a ring that can tell when it changes.
type signaller interface {
	changes(ctx context.Context) (<-chan struct{}, error)
}

// Changes implements Notifier.
func (s *keyringStore) Changes(ctx context.Context) (<-chan struct{}, error) {
	r, ok := s.ring.(signaller)
	if !ok {
		return nil, ErrNoSignals
	}
	changes, err := r.changes(ctx)
	if err != nil {
		return nil, s.unreadable(err)
	}
	return changes, nil
}
