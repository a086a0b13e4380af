package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"

	"rekey/auth/codex"
	"rekey/auth/store/secretservice"
	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// Update implements auth.Store.
func (s *keyringStore) Update(ctx context.Context, decide decision) error {
	return s.update(ctx, decide, s.round, func(err error) error {
		return fault.New("write_keyring", "cannot write to the keyring: {{.Why}}", "Why", safefile.Cause(err))
	})
}

// update is Update with these rounds, whose errors unwritten wraps.
func (s *keyringStore) update(ctx context.Context, decide decision, round func(context.Context, decision) (bool, error), unwritten func(error) error) error {
	toFile, err := s.place(ctx)
	switch {
	case err != nil:
		return err
	case toFile:
		return s.file.Update(ctx, decide)
	}
	if err := s.file.rounds(ctx, decide, round); err != nil {
		return unwritten(err)
	}
	return nil
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

// next returns what to write over a sign-in, on one line as Codex writes it. If
// the keyring has none, "auto" takes the one in auth.json.
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

// replace is the part of round under auth.json.lock. With a slow keyring it
// must give up before a Codex that waits for the lock does (5 s), so one time
// limit covers reading again, writing and removing the file.
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
	// As in Codex, the file only holds what the keyring did not accept. If it
	// cannot be removed, the item hides it.
	_, _ = s.file.removeAll(target)
	return true, nil
}

// Delete implements auth.Store. Like Codex it removes both the item and the
// file, the file even if the keyring cannot be used.
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
