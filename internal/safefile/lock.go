package safefile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// What TryLock fails with when nothing is wrong with the file itself.
var (
	// ErrLocked means that another process, or this one, holds the lock.
	ErrLocked = errors.New("another process holds the lock")
	// ErrNoLocks means that the filesystem has no file locks.
	ErrNoLocks = errors.New("the filesystem has no file locks")
)

// lockRetry is how long a waiting process sleeps between two tries. It is
// Codex's own interval.
const lockRetry = 10 * time.Millisecond

// Locker takes an exclusive lock on a file without waiting, creating the file
// with perm, less the umask, if need be. TryLock is the real one; a test gives
// another to play a filesystem without locks. The lock ends with unlock, which
// may be called more than once, or with the process. The file stays.
type Locker func(path string, perm fs.FileMode) (unlock func(), err error)

// TryLock is the operating system's Locker: flock(2), and LockFileEx on
// Windows, which are what Codex uses. Two locks on one file exclude each other
// within a process, too. The error is ErrLocked, ErrNoLocks, or about the
// file.
func TryLock(path string, perm fs.FileMode) (unlock func(), err error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, perm)
		if err != nil {
			return nil, err
		}
		if err := lockFile(f); err != nil {
			_ = f.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if stillThere(f, path) {
			return func() { _ = f.Close() }, nil
		}
		// The folder was removed and made again between opening and locking:
		// this lock would exclude nobody.
		_ = f.Close()
	}
}

// stillThere reports whether path still names the open file.
func stillThere(f *os.File, path string) bool {
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(path)
	return err == nil && os.SameFile(opened, named)
}

// Lock waits for TryLock until ctx ends; then the error wraps ErrLocked and
// the cause of ctx.
func Lock(ctx context.Context, path string, perm fs.FileMode) (unlock func(), err error) {
	return Locker(TryLock).Wait(ctx, path, perm)
}

// Wait takes the lock as soon as it is free, until ctx ends; then the error
// wraps ErrLocked and the cause of ctx. It tries again and again rather than
// wait in the kernel, because a wait in flock(2) cannot be given up.
func (l Locker) Wait(ctx context.Context, path string, perm fs.FileMode) (unlock func(), err error) {
	retry := time.NewTicker(lockRetry)
	defer retry.Stop()
	for {
		unlock, err := l(path, perm)
		if !errors.Is(err, ErrLocked) {
			return unlock, err
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("%w (%w)", err, context.Cause(ctx))
		}
	}
}
