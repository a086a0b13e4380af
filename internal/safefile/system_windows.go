package safefile

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// openFlags has no meaning here: a file's name is never a pipe's.
const openFlags = 0

// openToRead opens a file so that others may replace it meanwhile: Codex, whose
// renewed tokens would be lost if it could not. The standard library forbids it.
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

// replaceTries and replacePause bound how long a reader of the old file that
// forbids its replacing, a virus scanner for one, is waited for: half a second
// in all, a tenth of what Codex waits for the lock that is held meanwhile.
const (
	replaceTries = 50
	replacePause = 10 * time.Millisecond
)

// replaceFile renames a file over another one.
func replaceFile(from, to string) error {
	for try := 1; ; try++ {
		err := os.Rename(from, to)
		busy := errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)
		if !busy || try == replaceTries {
			return err
		}
		time.Sleep(replacePause)
	}
}

// linkCount returns how many names an open file has.
func linkCount(f *os.File) (uint64, error) {
	var info windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(windows.Handle(f.Fd()), &info); err != nil {
		return 0, err
	}
	return uint64(info.NumberOfLinks), nil
}

// accessible cannot be told without trying: access lists decide.
func accessible(string) error { return nil }

// SyncDir has nothing to do: folders cannot be flushed.
func SyncDir(string) error { return nil }

// OwnedByUser is left to the access list of the user's profile.
func OwnedByUser(os.FileInfo) bool { return true }

// Allocated returns how many bytes of the disk an open file has: all, for
// files are not sparse unless one asks for it.
func Allocated(f *os.File) int64 {
	info, err := f.Stat()
	if err != nil {
		return 0
	}
	return info.Size()
}
