package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/auth/store/secretservice"
	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// keyringStore is one home's sign-in in the keyring or, where Codex's setting
// is "auto", in auth.json while the keyring does not have it. As in Codex, the
// locks are files in the home in both cases.
type keyringStore struct {
	file    *fileStore
	ring    ring
	item    secretservice.Item
	auto    bool
	timeout time.Duration // of one exchange with the keyring
}

func newKeyringStore(home string, auto bool, opts Options) *keyringStore {
	return &keyringStore{
		file:    newFileStore(home, opts),
		ring:    systemRing(opts),
		item:    codexItem("cli|" + codex.ShortHash(home)),
		auto:    auto,
		timeout: opts.KeyringTimeout,
	}
}

// String names the keyring, without Codex's name for the item.
func (s *keyringStore) String() string {
	if s.auto {
		return "the keyring, else " + s.file.String()
	}
	return "the keyring"
}

// bound limits an exchange with the keyring in time.
func (s *keyringStore) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, s.timeout)
}

// Errors of a keyring besides those of secretservice.
var (
	errSlow  = fault.New("no_answer_in_time", "it did not answer in time")
	errFails = fault.New("does_not_work", "it does not work")
)

// unreadable returns err as the reason why the keyring cannot be used.
func (s *keyringStore) unreadable(err error) error {
	found := &auth.UnreadableError{Where: auth.WhereKeyring, Locked: errors.Is(err, secretservice.ErrLocked), Err: err}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		found.What = errSlow
	case errors.Is(err, secretservice.ErrNoService):
		found.What = secretservice.ErrNoService
	case errors.Is(err, secretservice.ErrLocked), errors.Is(err, secretservice.ErrAmbiguous), errors.Is(err, errForm):
		found.What = err
	default:
		found.What = errFails
	}
	return found
}

// read returns the item's content. No item is no error.
func (s *keyringStore) read(ctx context.Context) (safefile.Content, error) {
	text, err := s.ring.Get(ctx, s.item)
	if errors.Is(err, secretservice.ErrNoItem) {
		return safefile.Content{}, nil
	}
	return safefile.Content{Exists: err == nil, Data: []byte(text)}, err
}

// Load implements auth.Store. "auto" reads the keyring first and, like Codex,
// reads the file after any error.
func (s *keyringStore) Load(ctx context.Context) (*auth.Snapshot, error) {
	snapshot, err := s.loadRing(ctx)
	if err == nil || !s.auto {
		return snapshot, err
	}
	return s.orFile(ctx, err)
}

// orFile reads the file after the keyring has failed with err.
func (s *keyringStore) orFile(ctx context.Context, err error) (*auth.Snapshot, error) {
	fromFile, fileErr := s.file.Load(ctx)
	if errors.Is(fileErr, auth.ErrNoCredential) && !errors.Is(err, secretservice.ErrNoService) {
		return nil, err // without a file, report what is wrong with the keyring
	}
	return fromFile, fileErr
}

func (s *keyringStore) loadRing(ctx context.Context) (*auth.Snapshot, error) {
	ctx, cancel := s.bound(ctx)
	defer cancel()
	c, err := s.read(ctx)
	switch {
	case err != nil:
		return nil, s.unreadable(err)
	case !c.Exists:
		return nil, auth.ErrNoCredential
	}
	snapshot, err := auth.ParseSnapshot(c.Data)
	if err != nil {
		return nil, &auth.UnreadableError{Where: auth.WhereKeyring, What: err}
	}
	return snapshot, nil
}

// Writable implements auth.Store.
func (s *keyringStore) Writable(ctx context.Context) error {
	toFile, err := s.place(ctx)
	switch {
	case err != nil:
		return err
	case toFile:
		return s.file.Writable(ctx)
	}
	if err := s.rehearse(ctx); err != nil {
		return err
	}
	return s.file.locksWritable()
}

// rehearse creates and removes an item of Rekey's own, as large as a new
// sign-in may be, to find out that the keyring accepts no more before a refresh
// token is spent.
func (s *keyringStore) rehearse(ctx context.Context) error {
	ctx, cancel := s.bound(ctx)
	defer cancel()
	now, err := s.read(ctx)
	if err == nil {
		mine := rekeyItem("rehearsal|" + s.item.User)
		if err = s.ring.Set(ctx, mine, strings.Repeat("0", int(roomFor(now)))); err == nil {
			err = s.ring.Remove(ctx, mine)
		}
	}
	if err != nil {
		return s.unreadable(err)
	}
	return nil
}

// place decides, before any lock is taken, where an Update goes: to the
// keyring, to the file (auto only), or nowhere. A locked keyring is never
// written to. With "auto" Codex would then write to the file, which the
// keyring's old item hides again as soon as it is unlocked; Rekey writes to the
// file only if it already exists.
func (s *keyringStore) place(ctx context.Context) (toFile bool, err error) {
	ctx, cancel := s.bound(ctx)
	defer cancel()
	err = s.ring.Ready(ctx, s.item)
	if err == nil {
		return false, nil
	}
	if s.auto && errors.Is(err, secretservice.ErrNoService) {
		return true, nil
	}
	if s.auto && errors.Is(err, secretservice.ErrLocked) {
		if c, fileErr := s.file.disk.Read(s.file.path, maxFile); fileErr == nil && c.Exists {
			return true, nil
		}
	}
	return false, s.unreadable(err)
}
