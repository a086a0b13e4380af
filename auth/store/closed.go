package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"rekey/auth"
)

// closedStore is one that Rekey knows of and cannot open.
type closedStore struct {
	err *auth.UnreadableError
	// file exists when there is something in the store; "" when nobody can tell.
	file string
	// open is what Codex uses while file does not exist, nil for nothing.
	open *fileStore
}

// ephemeralStore is the memory of a Codex process: nobody else's business.
func ephemeralStore() *closedStore {
	return &closedStore{err: &auth.UnreadableError{
		Where: "the sign-in",
		What:  `Codex keeps it in its own memory (cli_auth_credentials_store = "ephemeral")`,
	}}
}

// encryptedStore is the file that Codex encrypts with a key in the keyring.
func encryptedStore(home string, auto bool, opts Options) *closedStore {
	s := &closedStore{
		err: &auth.UnreadableError{
			Where:     "the sign-in",
			What:      "Codex encrypts it (features.secret_auth_storage), and Rekey does not support that yet",
			Encrypted: true,
		},
		file: filepath.Join(home, "secrets", "codex_auth.age"),
	}
	if auto {
		s.open = newFileStore(home, opts)
	}
	return s
}

// blocked returns the store's error unless the file is known to be absent.
func (s *closedStore) blocked() error {
	if s.file == "" {
		return s.err
	}
	if _, err := os.Lstat(s.file); !errors.Is(err, fs.ErrNotExist) {
		return s.err
	}
	return nil
}

// String names what is closed.
func (s *closedStore) String() string {
	if s.file != "" {
		return s.file
	}
	return "the memory of Codex"
}

// Load implements auth.Store.
func (s *closedStore) Load(ctx context.Context) (*auth.Snapshot, error) {
	switch err := s.blocked(); {
	case err != nil:
		return nil, err
	case s.open != nil:
		return s.open.Load(ctx)
	}
	return nil, auth.ErrNoCredential
}

// usable is the file store if Codex would use it now.
func (s *closedStore) usable() (*fileStore, error) {
	if err := s.blocked(); err != nil {
		return nil, err
	}
	if s.open == nil {
		return nil, s.err
	}
	return s.open, nil
}

// Update implements auth.Store.
func (s *closedStore) Update(ctx context.Context, decide func(*auth.Snapshot) (*auth.Snapshot, error)) error {
	file, err := s.usable()
	if err != nil {
		return err
	}
	return file.Update(ctx, decide)
}

// Delete implements auth.Store.
func (s *closedStore) Delete(ctx context.Context) (bool, error) {
	file, err := s.usable()
	if err != nil {
		return false, err
	}
	return file.Delete(ctx)
}

// Writable implements auth.Store.
func (s *closedStore) Writable(ctx context.Context) error {
	file, err := s.usable()
	if err != nil {
		return err
	}
	return file.Writable(ctx)
}
