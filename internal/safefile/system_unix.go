//go:build unix

package safefile

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// openFlags keep an open from waiting for the other end of a named pipe.
const openFlags = unix.O_NONBLOCK

// openToRead opens a file, also a named pipe to which nobody writes.
func openToRead(path string) (*os.File, error) { return os.OpenFile(path, os.O_RDONLY|openFlags, 0) }

// replaceFile renames a file over another one.
func replaceFile(from, to string) error { return os.Rename(from, to) }

// linkCount returns how many names an open file has.
func linkCount(f *os.File) (uint64, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return 0, err
	}
	return uint64(st.Nlink), nil
}

// accessible says why files cannot be made in an existing folder, or nil. It
// knows read-only filesystems and immutable folders as well as permissions.
func accessible(dir string) error {
	return unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS)
}

// SyncDir makes a renaming durable. Filesystems that cannot do it are left be.
func SyncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := f.Sync(); err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOTSUP) {
		return err
	}
	return nil
}

// OwnedByUser reports whether a file belongs to the user of this process.
func OwnedByUser(info os.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}

// Allocated returns how many bytes of the disk an open file has.
func Allocated(f *os.File) int64 {
	var st unix.Stat_t
	if unix.Fstat(int(f.Fd()), &st) != nil {
		return 0
	}
	return int64(st.Blocks) * 512
}
