package safefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Open opens a regular file for reading and writing, creating it with perm if
// create is set. It never follows a link in the last element of path.
func (d Disk) Open(path string, create bool, perm fs.FileMode) (*File, error) {
	return d.open(path, create, perm, noFollow)
}

// Append is Open for a file that is only appended to, creating it if necessary.
func (d Disk) Append(path string, perm fs.FileMode) (*File, error) {
	return d.open(path, true, perm, noFollow|os.O_APPEND)
}

func (d Disk) open(path string, create bool, perm fs.FileMode, flags int) (*File, error) {
	f, err := d.openOrCreate(path, create, perm, flags)
	if isLoop(err) {
		err = ErrNotRegular // a link
	}
	if err != nil {
		return nil, err
	}
	return d.regular(f)
}

// regular returns f if it is a regular file; otherwise it closes f.
func (d Disk) regular(f *os.File) (*File, error) {
	info, err := f.Stat()
	if err == nil {
		err = regular(info)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &File{f, d}, nil
}

// openOrCreate opens a file for reading and writing.
func (d Disk) openOrCreate(path string, create bool, perm fs.FileMode, flags int) (f *os.File, err error) {
	for range maxLinks { // another process may create or remove it in between
		if err = d.fails(OpOpen, path); err != nil {
			return nil, err
		}
		f, err = os.OpenFile(path, os.O_RDWR|openFlags|flags, 0)
		if !create || !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
		f, err = d.createNew(path, perm)
		if err == nil && flags&os.O_APPEND != 0 { // of a new file that is not known
			_ = f.Close()
			continue
		}
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
	return nil, err
}

// File is an open file of a Disk. Its methods are those of os.File.
type File struct {
	*os.File
	disk Disk
}

// ReadAt reads bytes at an offset.
func (f *File) ReadAt(into []byte, at int64) (int, error) {
	if err := f.disk.fails(OpRead, f.Name()); err != nil {
		return 0, err
	}
	return f.File.ReadAt(into, at)
}

// WriteAt writes bytes at an offset.
func (f *File) WriteAt(data []byte, at int64) (int, error) {
	if err := f.disk.fails(OpWrite, f.Name()); err != nil {
		n, _ := f.File.WriteAt(data[:len(data)/2], at) // like a disk that becomes full
		return n, err
	}
	return f.File.WriteAt(data, at)
}

// Write writes bytes at the end.
func (f *File) Write(data []byte) (int, error) {
	if err := f.disk.fails(OpWrite, f.Name()); err != nil {
		n, _ := f.File.Write(data[:len(data)/2])
		return n, err
	}
	return f.File.Write(data)
}

// Truncate cuts or extends the file.
func (f *File) Truncate(size int64) error {
	if err := f.disk.fails(OpTruncate, f.Name()); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

// Sync writes the file to the disk (fsync).
func (f *File) Sync() error {
	if err := f.disk.fails(OpSync, f.Name()); err != nil {
		return err
	}
	return f.File.Sync()
}

// Allocated returns how many bytes the file occupies on the disk.
func (f *File) Allocated() int64 { return allocated(f.File) }

// Remove removes a file or a link. A missing file is not an error; a folder is.
func (d Disk) Remove(path string) (removed bool, err error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case info.IsDir():
		return false, ErrIsFolder // os.Remove would remove an empty one
	}
	if err := d.fails(OpRemove, path); err != nil {
		return false, err
	}
	if d.Mounted != nil && d.Mounted(path) {
		return false, &fs.PathError{Op: "remove", Path: path, Err: syscall.EBUSY}
	}
	err = os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// MkdirAll creates a folder and its parents. What root creates below another
// user's folder belongs to that user.
func (d Disk) MkdirAll(dir string, perm fs.FileMode) error {
	info, err := os.Stat(dir)
	switch {
	case err == nil && !info.IsDir():
		return &fs.PathError{Op: "mkdir", Path: dir, Err: ErrNotFolder}
	case err == nil || !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if above := filepath.Dir(dir); above != dir {
		if err := d.MkdirAll(above, perm); err != nil {
			return err
		}
	}
	if err := d.mkdir(dir, perm); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// SyncDir makes a rename in a folder durable.
func (d Disk) SyncDir(dir string) error {
	if err := d.fails(OpSyncDir, dir); err != nil {
		return err
	}
	return syncDir(dir)
}

// regular returns an error unless info describes a regular file.
func regular(info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return ErrIsFolder
	case !info.Mode().IsRegular():
		return ErrNotRegular
	}
	return nil
}

var (
	_ io.ReaderAt = (*File)(nil)
	_ io.WriterAt = (*File)(nil)
)
