package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"

	"rekey/auth"
)

// Sealer is implemented by the stores that Open returns for the keyring: give
// its EscrowKey to State.SealWith. Stores that do not implement it keep their
// credentials in a plain file, and the escrow may do the same.
type Sealer interface {
	// EscrowKey is described at the type EscrowKey. With create it returns nil
	// while the credentials are written to the file and not to the keyring.
	EscrowKey(create bool) ([]byte, error)
}

var (
	_ Sealer     = (*keyringStore)(nil)
	_ auth.Store = (*keyringStore)(nil)
	_ auth.Store = (*fileStore)(nil)
)

// escrowKeySize is that of AES-256.
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
	mine := item{rekeyService, "escrow|" + s.item.user}
	text, err := s.ring.get(ctx, mine)
	if err == nil {
		if key, err := base64.StdEncoding.DecodeString(text); err == nil && len(key) == escrowKeySize {
			return key, nil
		}
		err = errNoItem // damaged: what it sealed is lost
	}
	switch {
	case !errors.Is(err, errNoItem) && err != nil:
		return nil, s.unreadable(err)
	case !create:
		return nil, ErrNoEscrowKey
	}
	key := make([]byte, escrowKeySize)
	_, _ = rand.Read(key) // never fails
	if err := s.ring.set(ctx, mine, base64.StdEncoding.EncodeToString(key)); err != nil {
		return nil, s.unreadable(err)
	}
	return key, nil
}
