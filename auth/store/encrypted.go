package store

import (
	"context"
	"errors"
	"sync"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/auth/store/agefile"
	"rekey/auth/store/secretservice"
	"rekey/internal/safefile"
)

// encryptedStore is one home's sign-in in the file that Codex encrypts with a
// key in the keyring or, where Codex's setting is "auto", in auth.json while
// the encrypted file does not have it. Opening and sealing takes two seconds; a
// child does it before the second of Codex's locks is taken.
type encryptedStore struct {
	*keyringStore // its item holds the key
	path          string
	child         agefile.Child

	mu   sync.Mutex // held while a child works, so that a file is not opened twice
	last opened
}

func newEncryptedStore(home string, auto bool, opts Options) *encryptedStore {
	s := &encryptedStore{
		keyringStore: newKeyringStore(home, auto, opts),
		path:         codex.EncryptedPath(home), child: opts.Child,
	}
	s.item = secretservice.Item{Application: codexApplication, Name: secretsService, User: "secrets|" + codex.ShortHash(home)}
	return s
}

var (
	_ auth.Store = (*encryptedStore)(nil)
	_ Notifier   = (*encryptedStore)(nil)
	_ Unlocker   = (*encryptedStore)(nil)
	_ Sealer     = (*encryptedStore)(nil)
)

// String names the encrypted file.
func (s *encryptedStore) String() string {
	if s.auto {
		return s.path + ", else " + s.file.String()
	}
	return s.path
}

// Load implements auth.Store; for "auto" see keyringStore.Load.
func (s *encryptedStore) Load(ctx context.Context) (*auth.Snapshot, error) {
	snapshot, err := s.load(ctx)
	if err == nil || !s.auto {
		return snapshot, err
	}
	return s.orFile(ctx, err)
}

func (s *encryptedStore) load(ctx context.Context) (*auth.Snapshot, error) {
	c, err := s.file.disk.Read(s.path, agefile.Limit)
	if err != nil {
		return nil, s.closed(err)
	}
	content, err := s.open(ctx, c)
	if err != nil {
		return nil, err
	}
	found := content.signIn()
	if !found.Exists {
		return nil, auth.ErrNoCredential
	}
	snapshot, err := auth.ParseSnapshot(found.Data)
	if err != nil {
		return nil, &auth.UnreadableError{Where: s.path, What: err, Encrypted: true}
	}
	return snapshot, nil
}

// Writable implements auth.Store. It checks the keyring, the locks and the
// file's folder.
func (s *encryptedStore) Writable(ctx context.Context) error {
	if err := s.keyringStore.Writable(ctx); err != nil {
		return s.closed(err)
	}
	now, err := s.file.disk.Read(s.path, agefile.Limit)
	if err == nil {
		_, err = s.file.disk.Rehearse(s.path, tempPrefix, roomFor(now))
	}
	if err != nil {
		return unwritable(s.path, err)
	}
	return nil
}

// closed returns err as the reason why the file cannot be used.
func (s *encryptedStore) closed(err error) error {
	if already, ok := errors.AsType[*auth.UnreadableError](err); ok {
		already.Encrypted = true
		return already
	}
	found := &auth.UnreadableError{Where: s.path, Encrypted: true, Err: err}
	switch {
	case errors.Is(err, secretservice.ErrNoItem):
		found.What = errNoKey
	case errors.Is(err, agefile.ErrPassphrase), errors.Is(err, agefile.ErrDamaged), errors.Is(err, agefile.ErrSlow):
		found.What = err
	case errors.Is(err, context.DeadlineExceeded):
		found.What = agefile.ErrSlow
	default:
		found.What = safefile.Reason(err)
	}
	return found
}
