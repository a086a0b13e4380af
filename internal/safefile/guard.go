package safefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Why a file is not replaced. Codex refuses in the same cases.
var (
	// ErrHardLink: replacing a file that has a second name would leave the old
	// content under that name.
	ErrHardLink = errors.New("the file has a second name (hard link)")
	// ErrReadOnly: the file has no write permission at all.
	ErrReadOnly = errors.New("the file is read-only")
)

// Replaceable says why a file must not be replaced, or nil; nothing there is fine.
// The permission bits count even for root, and so does what the system says
// about opening it for writing, an immutable file for one.
func Replaceable(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return ErrIsFolder
	case !info.Mode().IsRegular():
		return ErrNotRegular
	case info.Mode().Perm()&0o222 == 0:
		return ErrReadOnly
	}
	f, err := os.OpenFile(path, os.O_WRONLY|openFlags, 0)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	links, err := linkCount(f)
	if err != nil {
		return err
	}
	if links > 1 {
		return ErrHardLink
	}
	return nil
}

// Lockable says why a lock file cannot be used, or nil; one that is not there
// yet will be made.
func Lockable(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|openFlags, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// FolderWritable says why no file can be made in a folder, or in the nearest one
// above it that exists.
func FolderWritable(dir string) error {
	_, err := os.Stat(dir)
	for errors.Is(err, fs.ErrNotExist) && filepath.Dir(dir) != dir {
		dir = filepath.Dir(dir)
		_, err = os.Stat(dir)
	}
	if err == nil {
		err = accessible(dir)
	}
	if err != nil {
		return fmt.Errorf("the folder %s: %w", dir, err)
	}
	return nil
}
