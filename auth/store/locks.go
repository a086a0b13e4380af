package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"rekey/auth/codex"
	"rekey/internal/safefile"
)

// How long Rekey waits for Codex's locks. Codex itself waits for the first
// without limit and for the second exactly this long. A minute is longer than
// any Codex holds the first, and is still bounded.
const (
	homeLockWait   = time.Minute
	targetLockWait = 5 * time.Second
)

// lockHome takes auth.lock, with the mode Codex gives it.
func (s *fileStore) lockHome(ctx context.Context) (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, homeLockWait)
	defer cancel()
	return s.disk.Lock(ctx, filepath.Join(s.home, "auth.lock"), 0o666)
}

// lockTarget takes auth.json.lock, which is beside the resolved file.
func (s *fileStore) lockTarget(ctx context.Context, target string) (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, targetLockWait)
	defer cancel()
	return s.disk.Lock(ctx, target+".lock", 0o600)
}

// RefreshLock returns the function that takes Rekey's own cross-process refresh
// lock for a home, waiting at most limit. Choose a limit above the longest time
// a holder may need: a request and the second look. The lock is released when
// its holder dies. It is beside the resolved auth.json, so that homes that
// share a sign-in share the lock. Beside a device, a pipe or a folder, which can hold
// no sign-in, it leaves nothing.
func RefreshLock(home string, disk safefile.Disk, limit time.Duration) func(context.Context) (unlock func(), err error) {
	return func(ctx context.Context) (func(), error) {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		target, err := codex.CredentialPath(home)
		if err != nil {
			return nil, err
		}
		if info, err := os.Stat(target); err == nil && !info.Mode().IsRegular() {
			return nil, unwritable(target, safefile.ErrNotRegular)
		}
		unlock, err := disk.Lock(ctx, target+".rekey.lock", 0o600)
		if _, ok := errors.AsType[*fs.PathError](err); ok {
			err = unwritable(target+".rekey.lock", err)
		}
		return unlock, err
	}
}
