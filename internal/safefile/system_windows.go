package safefile

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// lockFile locks a whole open file with LockFileEx, as Rust's file locks do.
func lockFile(f *os.File) error {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, ^uint32(0), ^uint32(0), &windows.Overlapped{})
	switch {
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION), errors.Is(err, windows.ERROR_IO_PENDING):
		return ErrLocked
	case errors.Is(err, windows.ERROR_INVALID_FUNCTION), errors.Is(err, windows.ERROR_NOT_SUPPORTED):
		return ErrNoLocks
	}
	return err
}

// unlockFile ends the lock by closing the file, which no other process shares.
func unlockFile(f *os.File) { _ = f.Close() }

// createNew creates a new file.
func (d Disk) createNew(path string, perm fs.FileMode) (*os.File, error) {
	if err := d.fails(OpCreate, path); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
}

// mkdir creates a folder.
func (d Disk) mkdir(path string, perm fs.FileMode) error {
	if err := d.fails(OpCreate, path); err != nil {
		return err
	}
	return os.Mkdir(path, perm)
}

// own has nothing to do: access lists are inherited from the folder.
func (d Disk) own(*os.File, fs.FileInfo) error { return nil }

// trusted relies on the access list of the user's profile.
func trusted(string, fs.FileInfo) bool { return true }

// sticky is always false: Windows has no sticky folders.
func sticky(string, fs.FileInfo) bool { return false }

// openFlags has no meaning here: a file's name is never a pipe's.
const openFlags = 0

// openToRead opens a file so that other programs can replace it meanwhile,
// which the standard library prevents. Codex would lose its refreshed tokens if
// it could not.
func openToRead(path string) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	const flags = windows.FILE_ATTRIBUTE_NORMAL | windows.FILE_FLAG_BACKUP_SEMANTICS // for folders, too
	h, err := windows.CreateFile(name, windows.GENERIC_READ, share, nil, windows.OPEN_EXISTING, flags, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(h), path), nil
}

// noFollow has no meaning here: only the user can write to the user's folders.
const noFollow = 0

// isLoop: links are followed here.
func isLoop(error) bool { return false }

// sharing reports whether another program has the file open and prevents its
// replacement.
func sharing(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)
}

// endless: only Linux has such files.
func endless(*os.File) bool { return false }

// mountPoint: a file is never one here.
func mountPoint(string) bool { return false }

// allocate is left to the write: files are not written in place here.
func allocate(*os.File, int64) error { return nil }

// linkCount returns how many names an open file has.
func linkCount(f *os.File) (uint64, error) {
	var info windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(windows.Handle(f.Fd()), &info); err != nil {
		return 0, err
	}
	return uint64(info.NumberOfLinks), nil
}

// syncDir has nothing to do: folders cannot be flushed.
func syncDir(string) error { return nil }

// allocated returns how many bytes an open file occupies on the disk: all of
// them, because files are not sparse by default.
func allocated(f *os.File) int64 {
	info, err := f.Stat()
	if err != nil {
		return 0
	}
	return info.Size()
}
