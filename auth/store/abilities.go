package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"

	"rekey/auth"
	"rekey/auth/store/secretservice"
	"rekey/internal/fault"
)

// What a keyring's store can do beyond auth.Store: report changes, be unlocked,
// and seal an answer that waits to be stored.

// ErrNoSignals means that this system's keyring does not report changes, so it
// must be polled.
var ErrNoSignals = errors.New("the keyring does not tell when it changes")

// Notifier is implemented by stores whose changes cannot be seen by watching a
// file alone.
type Notifier interface {
	// Changes returns a channel that receives a value after the store may have
	// changed, been locked or unlocked; several changes may be merged. It is
	// closed when ctx is done or the keyring's bus goes away. The error is
	// ErrNoSignals or, as *auth.UnreadableError, why the keyring cannot be
	// reached.
	//
	// Changes by a program that takes no locks may go unnoticed: gnome-keyring
	// 42 sends no signal when an item's secret is replaced.
	Changes(ctx context.Context) (<-chan struct{}, error)
}

var _ Notifier = (*keyringStore)(nil)

// signaller is a ring that can report changes.
type signaller interface {
	Changes(ctx context.Context) (<-chan struct{}, error)
}

// Changes implements Notifier: it passes on the keyring's signals, and reports
// when a process releases one of Codex's locks.
func (s *keyringStore) Changes(ctx context.Context) (<-chan struct{}, error) {
	r, ok := s.ring.(signaller)
	if !ok {
		return nil, ErrNoSignals
	}
	ctx, cancel := context.WithCancel(ctx)
	signals, err := r.Changes(ctx)
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
					locks = nil // the folder is gone: only the signals are left
					continue
				}
			}
			tell(changed)
		}
	}()
	return changed, nil
}

// tell puts a value into a channel of capacity one, unless the last one has not
// been read yet.
func tell(changed chan<- struct{}) {
	select {
	case changed <- struct{}{}:
	default:
	}
}

// Unlocker is a Store that can be locked.
type Unlocker interface {
	// Unlock has the desktop ask the user to unlock the store, and waits for the answer
	// until ctx is done. Its error is secretservice.ErrStillLocked, or says why the
	// user could not be asked.
	Unlock(ctx context.Context) error
}

var _ Unlocker = (*keyringStore)(nil)

// Unlock implements Unlocker.
func (s *keyringStore) Unlock(ctx context.Context) error {
	ring, ok := s.ring.(interface{ Unlock(context.Context) error })
	if !ok {
		return fault.New("unlocks_itself", "this system's keyring unlocks itself when it is used")
	}
	if err := ring.Unlock(ctx); err != nil {
		return fault.New("unlock", "cannot unlock the keyring: {{.Why}}", "Why", err)
	}
	return nil
}

// Sealer is implemented by the stores that Open returns for the keyring: an
// answer kept elsewhere until it can be stored must be sealed with its key.
// Stores that do not implement it keep their credentials in a plain file.
type Sealer interface {
	// EscrowKey returns the key, nil when there is none. With create a missing
	// key is created; it is then nil only while the credentials are written to
	// the file and not to the keyring. It is bounded in time.
	EscrowKey(create bool) ([]byte, error)
}

var (
	_ Sealer     = (*keyringStore)(nil)
	_ auth.Store = (*keyringStore)(nil)
	_ auth.Store = (*fileStore)(nil)
)

// escrowKeySize is the key size of AES-256.
const escrowKeySize = 32

// EscrowKey implements Sealer with an item of Rekey's own.
func (s *keyringStore) EscrowKey(create bool) ([]byte, error) {
	if create {
		if toFile, err := s.place(context.Background()); err != nil || toFile {
			return nil, err
		}
	}
	ctx, cancel := s.bound(context.Background())
	defer cancel()
	mine := rekeyItem("escrow|" + s.item.User)
	text, err := s.ring.Get(ctx, mine)
	if err == nil {
		if key, err := base64.StdEncoding.DecodeString(text); err == nil && len(key) == escrowKeySize {
			return key, nil
		}
		err = secretservice.ErrNoItem // damaged: answers sealed with it are lost
	}
	switch {
	case !errors.Is(err, secretservice.ErrNoItem) && err != nil:
		return nil, s.unreadable(err)
	case !create:
		return nil, nil
	}
	key := make([]byte, escrowKeySize)
	_, _ = rand.Read(key) // never fails
	if err := s.ring.Set(ctx, mine, base64.StdEncoding.EncodeToString(key)); err != nil {
		return nil, s.unreadable(err)
	}
	return key, nil
}
