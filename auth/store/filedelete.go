package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"rekey/auth/codex"
	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// Delete implements auth.Store. Codex removes only the name and, where that is
// a symbolic link, leaves the tokens in the target; Rekey removes both.
func (s *fileStore) Delete(ctx context.Context) (removed bool, err error) {
	if _, err := os.Stat(s.home); errors.Is(err, fs.ErrNotExist) {
		return false, nil // Codex would create a home just to lock it
	}
	unlock, err := s.lockHome(ctx)
	if err == nil {
		defer unlock()
		removed, err = s.remove(ctx)
	}
	if err != nil {
		return removed, undeleted(s.path, err)
	}
	return removed, nil
}

// undeleted returns err as the reason why a Delete of a file failed.
func undeleted(path string, err error) error {
	return fault.New("delete", "cannot delete {{.Where}}: {{.Why}}", "Where", path, "Why", safefile.Cause(err))
}

// remove is Delete for callers that hold auth.lock.
func (s *fileStore) remove(ctx context.Context) (removed bool, err error) {
	target, err := codex.CredentialPath(s.home)
	if info, statErr := os.Lstat(target); err != nil || statErr == nil && !info.Mode().IsRegular() {
		// A dangling link holds no tokens, and one to a device, as to /dev/null,
		// none either: only the link may go.
		return s.disk.Remove(s.path)
	}
	dir := filepath.Dir(target)
	if _, err := os.Stat(dir); err == nil {
		unlock, err := s.lockTarget(ctx, target)
		if err != nil {
			return false, err
		}
		defer unlock()
	}
	return s.removeAll(target)
}

// removeAll removes the target, the link to it if there is one, and files left
// by killed writers. The caller holds both locks.
func (s *fileStore) removeAll(target string) (removed bool, err error) {
	s.forget()
	dir := filepath.Dir(target)
	defer s.disk.Sweep(dir, tempPrefix, time.Now())
	if removed, err = s.erase(target); err != nil {
		return false, err
	}
	if removed {
		err = s.disk.SyncDir(dir)
	}
	if target == s.path {
		return removed, err
	}
	link, linkErr := s.disk.Remove(s.path)
	if link {
		linkErr = s.disk.SyncDir(s.home)
	}
	return removed || link, errors.Join(err, linkErr)
}
