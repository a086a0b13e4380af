package safefile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"rekey/internal/fault"
)

// lockRetry is how long a waiting process sleeps between two tries. It is
// Codex's own interval.
const lockRetry = 10 * time.Millisecond

// TryLock is Disk.TryLock on the real disk.
func TryLock(path string, perm fs.FileMode) (unlock func(), err error) {
	return Disk{}.TryLock(path, perm)
}

// Lock is Disk.Lock on the real disk.
func Lock(ctx context.Context, path string, perm fs.FileMode) (unlock func(), err error) {
	return Disk{}.Lock(ctx, path, perm)
}

// TryLock takes an exclusive lock on a file without waiting, creating the file
// with perm, less the umask, if necessary. Like Codex it uses flock(2), or
// LockFileEx on Windows. Two locks on one file exclude each other even within a
// process. The lock ends with unlock, which may be called more than once, or
// with the process; the file stays. The error is ErrLocked, ErrNoLocks,
// or about the file.
func (d Disk) TryLock(path string, perm fs.FileMode) (unlock func(), err error) {
	for {
		f, err := d.openOrCreate(path, true, perm, 0)
		if err != nil {
			return nil, err
		}
		err = d.fails(OpLock, path)
		if err == nil {
			err = lockFile(f)
		}
		if err != nil {
			_ = f.Close()
			return nil, fault.New("lock", "cannot lock {{.What}}: {{.Why}}", "What", path, "Why", Cause(err))
		}
		if stillThere(f, path) {
			return sync.OnceFunc(func() { unlockFile(f) }), nil
		}
		// The folder was removed and created again between opening and locking:
		// this lock would exclude no other process.
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

// Lock waits until the lock is free and takes it. If ctx is done first, the
// error wraps ErrLocked and the cause of ctx. It polls rather than wait in the
// kernel, because a wait in flock(2) cannot be cancelled.
func (d Disk) Lock(ctx context.Context, path string, perm fs.FileMode) (unlock func(), err error) {
	again := time.NewTicker(lockRetry)
	defer again.Stop()
	for {
		unlock, err := d.TryLock(path, perm)
		if !errors.Is(err, ErrLocked) {
			return unlock, err
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("%w (%w)", err, context.Cause(ctx))
		}
	}
}
