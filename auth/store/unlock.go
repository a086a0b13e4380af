package store

import (
	"context"
	"errors"
	"fmt"
)

// ErrStillLocked means that the user did not unlock the keyring, or that this
// desktop has nothing that could ask for its password.
var ErrStillLocked = errors.New("the keyring was not unlocked")

// Unlocker is a Store that can be locked.
type Unlocker interface {
	// Unlock has the desktop ask its user to unlock the store, and waits for
	// the answer until ctx ends. Its error is ErrStillLocked, or says why
	// nobody could be asked.
	Unlock(ctx context.Context) error
}

var _ Unlocker = (*keyringStore)(nil)

// Unlock implements Unlocker.
func (s *keyringStore) Unlock(ctx context.Context) error {
	ring, ok := s.ring.(interface{ unlock(context.Context) error })
	if !ok {
		return errors.New("this system's keyring unlocks itself when it is used")
	}
	if err := ring.unlock(ctx); err != nil {
		return fmt.Errorf("unlock the keyring: %w", err)
	}
	return nil
}
