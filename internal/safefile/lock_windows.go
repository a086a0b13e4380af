package safefile

import (
	"errors"
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
