package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"time"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/auth/store/secretservice"
	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// keyringStore is one home's sign-in in the keyring and, where Codex's setting
// is "auto", in auth.json while the keyring does not have it. The locks are
// the files in the home in both cases, as for Codex.
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

// String names the keyring; Codex's own name for the item is for experts.
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

// What is wrong with a keyring beside secretservice's errors.
var (
	errSlow  = fault.New("no_answer_in_time", "it did not answer in time")
	errFails = fault.New("does_not_work", "it does not work")
)

// unreadable says why the keyring cannot be used.
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

// Load implements auth.Store. "auto" looks into the keyring first and, like
// Codex, takes whatever is wrong with it as a reason to look into the file.
func (s *keyringStore) Load(ctx context.Context) (*auth.Snapshot, error) {
	snapshot, err := s.loadRing(ctx)
	if err == nil || !s.auto {
		return snapshot, err
	}
	return s.orFile(ctx, err)
}

// orFile looks into the file after err was found in the keyring.
func (s *keyringStore) orFile(ctx context.Context, err error) (*auth.Snapshot, error) {
	fromFile, fileErr := s.file.Load(ctx)
	if errors.Is(fileErr, auth.ErrNoCredential) && !errors.Is(err, secretservice.ErrNoService) {
		return nil, err // there is no file to hide what is wrong with the keyring
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

// rehearse makes and removes an item of Rekey's own, as large as a new sign-in
// may be, so that a keyring that takes nothing more is met before a refresh
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
// keyring's old item hides again as soon as it is unlocked; Rekey does so only
// if Codex has done so before and a file is there.
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

// Update implements auth.Store.
func (s *keyringStore) Update(ctx context.Context, decide func(*auth.Snapshot) (*auth.Snapshot, error)) error {
	return s.update(ctx, decide, s.round, unwrittenRing)
}

// decision says what to write over a sign-in.
type decision = func(*auth.Snapshot) (*auth.Snapshot, error)

// update tries rounds under auth.lock until one replaces what is there. unwritten
// says why it has failed.
func (s *keyringStore) update(ctx context.Context, decide decision, round func(context.Context, decision) (bool, error), unwritten func(error) error) error {
	toFile, err := s.place(ctx)
	if err != nil {
		return err
	}
	if toFile {
		return s.file.Update(ctx, decide)
	}
	if err := s.file.disk.MkdirAll(s.file.home, 0o700); err != nil {
		return unwritten(err)
	}
	unlock, err := s.file.lockHome(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	for range maxRounds {
		replaced, err := round(ctx, decide)
		if err != nil {
			return unwritten(err)
		}
		if replaced {
			return nil
		}
	}
	return unwritten(safefile.ErrRestless)
}

// unwrittenRing says why an Update of the keyring has failed.
func unwrittenRing(err error) error {
	return fault.New("write_keyring", "write to the keyring: {{.Why}}", "Why", safefile.Cause(err))
}

// round tries once. It reports false when the content changed in between.
func (s *keyringStore) round(ctx context.Context, decide decision) (bool, error) {
	readCtx, cancel := s.bound(ctx)
	seen, err := s.read(readCtx)
	cancel()
	if err != nil {
		return false, s.unreadable(err)
	}
	text, err := s.next(seen, decide)
	if err != nil {
		return false, err
	}
	return s.replace(ctx, seen, string(text))
}

// next decides what to write over a sign-in, in one line as Codex writes it.
// "auto" takes the one in auth.json where there is none.
func (s *keyringStore) next(found safefile.Content, decide decision) ([]byte, error) {
	current := snapshotOf(found)
	if current == nil && s.auto {
		if c, err := s.file.disk.Read(s.file.path, maxFile); err == nil {
			current = snapshotOf(c)
		}
	}
	next, err := decide(current)
	if err != nil {
		return nil, err
	}
	if next == nil {
		return nil, errNothing
	}
	var text bytes.Buffer
	err = json.Compact(&text, next.Encode())
	return text.Bytes(), err
}

// replace is what happens under auth.json.lock. A keyring that is slow must be
// given up before a Codex that waits for the lock gives up (5 s), so there is
// one limit for reading again, writing and removing the file.
func (s *keyringStore) replace(ctx context.Context, seen safefile.Content, text string) (bool, error) {
	target, err := codex.CredentialPath(s.file.home)
	if err != nil {
		return false, err
	}
	unlock, err := s.file.lockTarget(ctx, target)
	if err != nil {
		return false, err
	}
	defer unlock()
	ctx, cancel := s.bound(ctx)
	defer cancel()
	now, err := s.read(ctx)
	if err != nil {
		return false, s.unreadable(err)
	}
	if !now.Same(seen) {
		return false, nil
	}
	if err := s.ring.Set(ctx, s.item, text); err != nil {
		return false, s.unreadable(err)
	}
	// As for Codex, the file is only what the keyring did not take. One that
	// cannot be removed is hidden by the item.
	_, _ = s.file.removeAll(target)
	return true, nil
}

// Delete implements auth.Store. Like Codex it removes both the item and the
// file; a keyring that cannot be used does not keep the file alive.
func (s *keyringStore) Delete(ctx context.Context) (removed bool, err error) {
	if _, err := os.Stat(s.file.home); err == nil {
		unlock, err := s.file.lockHome(ctx)
		if err != nil {
			return false, err
		}
		defer unlock()
	}
	ringCtx, cancel := s.bound(ctx)
	defer cancel()
	err = s.ring.Remove(ringCtx, s.item)
	switch {
	case err == nil:
		removed = true
	case errors.Is(err, secretservice.ErrNoItem), s.auto && errors.Is(err, secretservice.ErrNoService):
		err = nil
	default:
		err = s.unreadable(err)
	}
	fromFile, fileErr := s.file.remove(ctx)
	return removed || fromFile, errors.Join(err, fileErr)
}
