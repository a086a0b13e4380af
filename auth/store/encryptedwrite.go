package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"time"

	"rekey/auth/codex"
	"rekey/auth/store/agefile"
	"rekey/internal/safefile"
)

// Update implements auth.Store.
func (s *encryptedStore) Update(ctx context.Context, decide decision) error {
	return s.update(ctx, decide, s.round, func(err error) error { return unwritten(s.path, err) })
}

// round tries once. It reports false when the content changed in between.
func (s *encryptedStore) round(ctx context.Context, decide decision) (bool, error) {
	seen, err := s.file.disk.Read(s.path, agefile.Limit)
	if err != nil {
		return false, s.closed(err)
	}
	content, err := s.open(ctx, seen)
	if err != nil {
		return false, err
	}
	text, err := s.next(content.signIn(), decide)
	if err != nil {
		return false, err
	}
	content = content.with(text)
	sealed, key, err := s.seal(ctx, content)
	if err != nil {
		return false, s.closed(err)
	}
	replaced, err := s.replaceFile(ctx, seen, sealed)
	if replaced {
		s.mu.Lock()
		s.last = opened{file: sha256.Sum256(sealed), key: key, secrets: content}
		s.mu.Unlock()
	}
	return replaced, err
}

// replaceFile is the part of round under auth.json.lock.
func (s *encryptedStore) replaceFile(ctx context.Context, seen safefile.Content, sealed []byte) (bool, error) {
	dir := filepath.Dir(s.path)
	if err := s.file.disk.MkdirAll(dir, 0o700); err != nil {
		return false, err
	}
	fresh, err := s.file.disk.CreateTemp(dir, tempPrefix, sealed, s.path)
	if err != nil {
		return false, err
	}
	defer fresh.Discard()
	s.file.step(StepWritten)
	target, unlock, err := s.lockFile(ctx)
	if err != nil {
		return false, err
	}
	defer unlock()
	s.file.step(StepTargetLocked)
	if now, err := s.file.disk.Read(s.path, agefile.Limit); err != nil || !now.Same(seen) {
		return false, err
	}
	s.file.step(StepCompared)
	replaced, err := fresh.Swap(s.path, seen)
	if err != nil || !replaced {
		return false, err
	}
	s.file.step(StepRenamed)
	s.file.disk.Sweep(dir, tempPrefix, time.Now())
	_, _ = s.file.removeAll(target) // as in Codex, auth.json only holds what could not be encrypted
	return true, s.file.disk.SyncDir(dir)
}

// Delete implements auth.Store. Like Codex it leaves the key and the file's
// other secrets; without any it removes the file.
func (s *encryptedStore) Delete(ctx context.Context) (removed bool, err error) {
	if _, err := os.Stat(s.file.home); err != nil {
		return false, nil
	}
	unlock, err := s.file.lockHome(ctx)
	if err != nil {
		return false, err
	}
	defer unlock()
	removed, err = s.forget(ctx)
	fromFile, fileErr := s.file.remove(ctx)
	if err != nil {
		err = undeleted(s.path, err)
	}
	return removed || fromFile, errors.Join(err, fileErr)
}

// forget removes the sign-in from the encrypted file, under auth.lock.
func (s *encryptedStore) forget(ctx context.Context) (bool, error) {
	seen, err := s.file.disk.Read(s.path, agefile.Limit)
	if err != nil || !seen.Exists {
		return false, err
	}
	content, err := s.open(ctx, seen)
	if err != nil {
		return false, err
	}
	found, content := content.signIn().Exists, content.with(nil)
	if len(content.Secrets) == 0 {
		_, unlock, err := s.lockFile(ctx)
		if err != nil {
			return false, err
		}
		defer unlock()
		if now, err := s.file.disk.Read(s.path, agefile.Limit); err != nil || !now.Same(seen) {
			return false, errors.Join(err, safefile.ErrRestless)
		}
		_, err = s.file.disk.Remove(s.path)
		return found, errors.Join(err, s.file.disk.SyncDir(filepath.Dir(s.path)))
	}
	if !found {
		return false, nil
	}
	sealed, _, err := s.seal(ctx, content)
	if err != nil {
		return false, s.closed(err)
	}
	replaced, err := s.replaceFile(ctx, seen, sealed)
	if err == nil && !replaced {
		err = safefile.ErrRestless
	}
	return replaced, err
}

// lockFile takes auth.json.lock; target is the auth.json it lies beside.
func (s *encryptedStore) lockFile(ctx context.Context) (target string, unlock func(), err error) {
	if target, err = codex.CredentialPath(s.file.home); err != nil {
		return "", nil, err
	}
	unlock, err = s.file.lockTarget(ctx, target)
	return target, unlock, err
}
