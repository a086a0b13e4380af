//go:build unix

package safefile

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lockFile takes flock(2) on an open file.
func lockFile(f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EWOULDBLOCK):
			return ErrLocked
		case errors.Is(err, unix.ENOLCK), errors.Is(err, unix.ENOSYS),
			errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.EINVAL):
			return ErrNoLocks
		default:
			return err
		}
	}
}

// unlockFile ends the lock and closes the file. Closing alone leaves the lock to a
// child of this process that was forked and has not yet called exec.
func unlockFile(f *os.File) {
	_ = unix.Flock(int(f.Fd()), unix.LOCK_UN)
	_ = f.Close()
}

// openFlags keep an open from waiting for the other end of a named pipe.
const openFlags = unix.O_NONBLOCK

// openToRead opens a file without blocking, even if it is a named pipe without
// a writer.
func openToRead(path string) (*os.File, error) { return os.OpenFile(path, os.O_RDONLY|openFlags, 0) }

// noFollow keeps an open from following a link in the last element.
const noFollow = unix.O_NOFOLLOW

// isLoop reports whether an open failed because of a link.
func isLoop(err error) bool { return errors.Is(err, unix.ELOOP) }

// sharing is always false: on this system no program can prevent a file's
// replacement.
func sharing(error) bool { return false }

// linkCount returns how many names an open file has.
func linkCount(f *os.File) (uint64, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return 0, err
	}
	return uint64(st.Nlink), nil
}

// syncDir makes a rename durable, if the filesystem can.
func syncDir(dir string) error {
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

// allocated returns how many bytes an open file occupies on the disk.
func allocated(f *os.File) int64 {
	var st unix.Stat_t
	if unix.Fstat(int(f.Fd()), &st) != nil {
		return 0
	}
	return int64(st.Blocks) * 512
}
