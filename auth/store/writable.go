package store

import (
	"context"
	"fmt"
	"path/filepath"

	"rekey/auth/codex"
	"rekey/internal/safefile"
)

// Writable implements auth.Store: the guards, the folder, and the lock files.
func (s *fileStore) Writable(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.writable(); err != nil {
		return fmt.Errorf("%s cannot be written: %w", s.path, err)
	}
	return nil
}

func (s *fileStore) writable() error {
	target, err := codex.CredentialPath(s.home)
	if err != nil {
		return err
	}
	if err := safefile.Replaceable(target); err != nil {
		return err
	}
	return s.locksWritable()
}

// locksWritable says why Codex's locks cannot be taken, or nil, and with that
// why no file can be made in the folders they lie in.
func (s *fileStore) locksWritable() error {
	target, err := codex.CredentialPath(s.home)
	if err != nil {
		return err
	}
	for _, lock := range []string{filepath.Join(s.home, "auth.lock"), target + ".lock"} {
		if err := safefile.Lockable(lock); err != nil {
			return err
		}
	}
	for _, dir := range []string{s.home, filepath.Dir(target)} {
		if err := safefile.FolderWritable(dir); err != nil {
			return err
		}
	}
	return nil
}
