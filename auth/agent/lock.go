package agent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/auth/store"
	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// identity is the short name of a home: see codex.ID. If the path of auth.json
// cannot be resolved, for lack of permission, its unresolved path is used,
// which is the same unless there is a link.
func identity(dir string) string {
	if id, err := codex.ID(dir); err == nil {
		return id
	}
	sum := sha256.Sum256([]byte(filepath.Join(dir, "auth.json")))
	return hex.EncodeToString(sum[:])[:16]
}

// elsewhere is where the home's agent listens if it is not where this process expects
// it, "" for nowhere: it may have been started in a session with another
// XDG_RUNTIME_DIR, or without one.
func (o Options) elsewhere() string {
	said, err := safefile.Read(filepath.Join(o.Dirs.StateDir(o.Dir), agentLock), 4<<10)
	_, socket, _ := strings.Cut(string(said.Data), "\n")
	if socket = strings.TrimSuffix(socket, "\n"); err != nil || socket == o.Socket() {
		return ""
	}
	return socket
}

// LockTray makes sure that a home has only one tray. It returns ErrRunning when
// another process has the lock.
func LockTray(opts Options) (*Lock, error) {
	dir := opts.Dirs.StateDir(opts.Dir)
	_ = opts.Store.Disk.OwnFolder(dir) // the agent says what is wrong with it
	return lock(opts.Store.Disk, dir, "tray.lock", "")
}

// agentLock is the name of the lock that the agent of a home has.
const agentLock = "agent.lock"

// Lock is a lock in a home's own folder. It ends with Unlock or with the process, and
// excludes nobody once it has gone with the folder.
type Lock struct {
	path   string
	file   fs.FileInfo // what was locked; nil if it went at once
	unlock func()
}

// Unlock gives up the lock. It may be called more than once.
func (l *Lock) Unlock() { l.unlock() }

// gone reports whether another process can have the lock, because its file is not in
// its place any more.
func (l *Lock) gone() bool {
	found, err := os.Stat(l.path)
	return errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(found, l.file)
}

// lock takes one of them. The process ID, which is only for people, and then say are
// written into it.
func lock(disk safefile.Disk, dir, name, say string) (*Lock, error) {
	path := filepath.Join(dir, name)
	unlock, err := disk.TryLock(path, 0o600)
	if errors.Is(err, safefile.ErrLocked) {
		return nil, ErrRunning
	}
	if err != nil {
		return nil, fault.New("own_folder", "Rekey's own folder cannot be used: {{.Why}}", "Why", safefile.InFolder(dir, err))
	}
	if f, err := disk.Open(path, false, 0); err == nil {
		_ = f.Truncate(0)
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"+say), 0)
		_ = f.Close()
	}
	locked, _ := os.Stat(path)
	return &Lock{path, locked, unlock}, nil
}

// lockWait is how long a refresh waits for another process's refresh: longer
// than the request's limit (45 s), the second look and the commit, which may
// wait a minute for Codex's lock, together.
const lockWait = 2 * time.Minute

// reading marks the context of a Reload: see refreshLock.
type reading struct{}

// Reload reads the store: see auth.Manager.Reload. It does not wait for a
// refresh.
func (h *Home) Reload(ctx context.Context) error {
	return h.manager.Reload(context.WithValue(ctx, reading{}, true))
}

// tryReload is auth.Manager.TryReload, and does not wait either.
func (h *Home) tryReload(ctx context.Context) error {
	return h.manager.TryReload(context.WithValue(ctx, reading{}, true))
}

// readingWait is how long a Reload waits for the refresh lock: longer than a
// child that is being started keeps its copy of a lock that we have released.
const readingWait = 200 * time.Millisecond

// refreshLock takes the home's cross-process refresh lock. A refresh waits for
// it. A Reload hardly does: it wants to settle the escrow, and if another
// process is refreshing, that process will settle it.
//
// Codex has no such lock: AsCodex, only another Rekey may delay a refresh, not
// a folder in which locking fails.
func (h *Home) refreshLock(ctx context.Context) (unlock func(), err error) {
	limit := lockWait
	if ctx.Value(reading{}) != nil {
		limit = readingWait
	}
	unlock, err = store.RefreshLock(h.opts.Dir, h.opts.Store.Disk, limit)(ctx)
	switch {
	case errors.Is(err, safefile.ErrLocked):
		return nil, fmt.Errorf("%w: %w", auth.ErrRefreshing, err)
	case err != nil && h.opts.AsCodex:
		return func() {}, nil
	}
	return unlock, err
}
