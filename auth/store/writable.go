package store

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"rekey/auth/codex"
	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// spare is how much larger than twice the current content a new one is expected
// to be at most, in bytes. The escrow keeps a larger one all the same.
const spare = 16 << 10

// roomFor is the space, in bytes, that a new content may need.
func roomFor(now safefile.Content) int64 { return 2*int64(len(now.Data)) + spare }

// Writable implements auth.Store: it does what an Update does, in the same
// places and with as much data, and undoes it.
func (s *fileStore) Writable(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.writable(); err != nil {
		return unwritable(s.path, err)
	}
	return nil
}

// unwritable returns err as the reason why a file is not Writable.
func unwritable(path string, err error) error {
	return fault.New("cannot_write", "{{.Where}} cannot be written: {{.Why}}", "Where", path, "Why", safefile.Cause(err))
}

func (s *fileStore) writable() error {
	target, err := codex.CredentialPath(s.home)
	if err != nil {
		return err
	}
	if _, err := s.disk.WayTo(target); err != nil {
		return err
	}
	now, err := s.disk.Read(target, maxFile)
	if err != nil {
		return err
	}
	if err := s.locksWritable(); err != nil {
		return err
	}
	way, err := s.disk.Rehearse(target, tempPrefix, roomFor(now))
	if err == nil && way == safefile.InPlace { // the journal holds the old content and the new, in base64
		err = s.disk.RehearseIn(s.home, tempPrefix, 2*roomFor(now))
	}
	return err
}

// locksWritable says why Codex's locks cannot be taken, or returns nil. That
// also shows whether files can be created in their folders. A lock that another
// process holds is fine.
func (s *fileStore) locksWritable() error {
	target, err := codex.CredentialPath(s.home)
	if err != nil {
		return err
	}
	for _, dir := range []string{s.home, filepath.Dir(target)} {
		if err := s.disk.RehearseIn(dir, tempPrefix, 1); err != nil {
			return safefile.InFolder(dir, err)
		}
	}
	for _, lock := range []struct {
		path string
		perm fs.FileMode
	}{{filepath.Join(s.home, "auth.lock"), 0o666}, {target + ".lock", 0o600}} {
		unlock, err := s.disk.TryLock(lock.path, lock.perm)
		switch {
		case err == nil:
			unlock()
		case !errors.Is(err, safefile.ErrLocked) && !errors.Is(err, fs.ErrNotExist): // the folder will be created
			return err
		}
	}
	return nil
}
