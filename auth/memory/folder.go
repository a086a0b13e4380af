package memory

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// unusable says why a state directory cannot be used.
func unusable(err error) error {
	return fault.New("own_folder", "Rekey's own folder cannot be used: {{.Why}}", "Why", safefile.Cause(err))
}

// spoilt wraps an error of using the directory, unless it has a code of its
// own.
func (s *Memory) spoilt(err error) error {
	var coded fault.Coded
	if err == nil || errors.As(err, &coded) {
		return err
	}
	return unusable(within(s.dir, err))
}

// ownFolder makes sure that dir is a folder that only this user may enter.
func ownFolder(disk safefile.Disk, dir string) error {
	if err := disk.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return within(filepath.Dir(dir), err)
	}
	if err := fenced(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := disk.MkdirAll(dir, 0o700); err != nil {
		return within(dir, err)
	}
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
		return within(dir, err)
	case !info.IsDir():
		return fault.New("not_folder", "{{.Where}} is not a folder", "Where", dir)
	case !safefile.Trusted(dir, info):
		return foreign(dir)
	case info.Mode().Perm()&0o077 != 0:
		return os.Chmod(dir, 0o700)
	}
	return nil
}

// fenced says why other users could change a folder's content, or returns nil.
func fenced(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return within(dir, err)
	}
	const others = 0o022
	open := info.Mode().Perm()&others != 0 && info.Mode()&fs.ModeSticky == 0
	if !open {
		return nil
	}
	if !safefile.Trusted(dir, info) {
		return foreign(dir)
	}
	return os.Chmod(dir, info.Mode().Perm()&^others)
}

// within returns err as an error about a folder.
func within(dir string, err error) error {
	return fault.New("folder", "the folder {{.Where}}: {{.Why}}", "Where", dir, "Why", safefile.Cause(err))
}

// foreign is the error for another user's folder.
func foreign(dir string) error {
	return fault.New("other_owner", "{{.Where}} belongs to another user", "Where", dir)
}
