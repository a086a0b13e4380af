package safefile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
)

// WriteInPlace overwrites a file that cannot be replaced with JSON; was is its
// old length. It writes everything in one write, padded with spaces if the old
// content was longer, then truncates the file and syncs it. So the content is
// complete after the write, even if truncating fails. A reader during the
// write, or after a power failure, may find the new content followed by the end
// of the old one: keep a copy elsewhere. Owner, mode and inode stay.
func (d Disk) WriteInPlace(path string, data []byte, was int) error {
	f, err := d.openInPlace(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if _, err := f.WriteAt(Pad(data, was), 0); err != nil {
		return err
	}
	_ = f.Truncate(int64(len(data))) // otherwise spaces are left at the end
	return f.Sync()
}

// Pad pads data with spaces to a length.
func Pad(data []byte, length int) []byte {
	return append(bytes.Clone(data), bytes.Repeat([]byte(" "), max(0, length-len(data)))...)
}

// openInPlace opens a regular file for writing.
func (d Disk) openInPlace(path string) (*File, error) {
	if err := d.fails(OpOpen, path); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|openFlags, 0)
	if err != nil {
		return nil, err
	}
	return d.regular(f)
}

// Way is how a file's content can be changed.
type Way int

const (
	// ByReplacing means renaming a new file over it.
	ByReplacing Way = iota
	// InPlace means that it can only be overwritten, because it is itself a mount point
	// (as in a container that was given this one file) or is in a folder like /tmp and
	// belongs to another user.
	InPlace
)

// WayTo returns how a file can be changed, or why it must not or cannot be. A
// missing file is created by renaming. The permission bits count even for root,
// and so do errors of opening it for writing, for example because it is
// immutable.
func (d Disk) WayTo(path string) (Way, error) {
	if err := d.fails(OpStat, path); err != nil {
		return 0, err
	}
	info, err := os.Stat(path)
	switch {
	case os.IsNotExist(err):
		return ByReplacing, nil
	case err != nil:
		return 0, err
	}
	if err := regular(info); err != nil {
		return 0, err
	}
	if info.Mode().Perm()&0o222 == 0 {
		return 0, ErrReadOnly
	}
	f, err := d.openInPlace(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	links, err := linkCount(f.File)
	switch {
	case err != nil:
		return 0, err
	case links > 1:
		return 0, ErrHardLink
	case mountPoint(path), sticky(path, info), d.Mounted != nil && d.Mounted(path):
		return InPlace, nil
	}
	return ByReplacing, nil
}

// Rehearse does in a file's folder what changing it takes, with size bytes, and
// undoes it. This finds a full disk, a quota or a read-only file system before
// there is something to lose. The error is the one that changing the file would
// have.
func (d Disk) Rehearse(path, prefix string, size int64) (Way, error) {
	way, err := d.WayTo(path)
	if err != nil {
		return way, err
	}
	if way == InPlace {
		if err := d.allocate(path, size); err != nil {
			return way, err
		}
	}
	return way, d.rehearse(filepath.Dir(path), prefix, size, path, way == ByReplacing)
}

// RehearseIn creates a file of the given size in a folder, or in its nearest
// existing parent, renames it over another, and removes it.
func (d Disk) RehearseIn(dir, prefix string, size int64) error {
	return d.rehearse(dir, prefix, size, "", false)
}

// rehearse is RehearseIn with the owner of the file at like; if exchange is set
// it exchanges the two names.
func (d Disk) rehearse(dir, prefix string, size int64, like string, exchange bool) error {
	dir = nearest(dir)
	old, err := d.CreateTemp(dir, prefix, nil, "")
	if err != nil {
		return err
	}
	defer old.Discard()
	fresh, err := d.CreateTemp(dir, prefix, make([]byte, size), like)
	if err != nil {
		return err
	}
	defer fresh.Discard()
	if exchange {
		if err := d.exchange(fresh.path, old.path); err != nil && !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	_ = old.file.Close() // as Windows demands
	if err := fresh.Rename(old.path); err != nil {
		return err
	}
	_, err = d.Remove(old.path)
	return err
}

// allocate reserves disk space for size bytes in a file without changing its
// content.
func (d Disk) allocate(path string, size int64) error {
	f, err := d.openInPlace(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := d.fails(OpAllocate, path); err != nil {
		return err
	}
	return allocate(f.File, size)
}
