package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// maxRounds bounds how often an Update starts again because the content
// changed under it. Writers that take both locks cannot cause even one; other
// homes with links to the same file share only the second.
const maxRounds = 32

// maxFile is the size above which a credential file is unreadable, 32 MiB.
const maxFile = 32 << 20

// tempPrefix begins the names of temporary files. It is Codex's own, so that
// either program recognizes the other's leftovers.
const tempPrefix = ".auth-"

// errNothing is a mistake of the caller: use Delete to remove a sign-in.
var errNothing = fault.New("nothing_to_write", "there is nothing to write")

// fileStore is the auth.json of one home. It keeps nothing between calls, so
// it is safe for concurrent use.
type fileStore struct {
	home string
	path string // the name, which may be a symbolic link
	disk safefile.Disk
	step func(auth.Step)
}

func newFileStore(home string, opts Options) *fileStore {
	if opts.Step == nil {
		opts.Step = func(auth.Step) {}
	}
	return &fileStore{home: home, path: filepath.Join(home, codex.AuthFile), disk: opts.Disk, step: opts.Step}
}

// String returns the path as Codex names it, before following links.
func (s *fileStore) String() string { return s.path }

// Load implements auth.Store. Like Codex it takes no lock: the file is
// replaced by renaming, so a reader sees the old content or the new. Only if a
// process died while writing in place does it complete the write, under the
// locks.
func (s *fileStore) Load(ctx context.Context) (*auth.Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := s.complete(); err != nil {
		return nil, s.unreadable(err)
	}
	c, err := s.disk.Read(s.path, maxFile)
	if err != nil {
		return nil, s.unreadable(err)
	}
	if !c.Exists {
		return nil, auth.ErrNoCredential
	}
	snapshot, err := auth.ParseSnapshot(c.Data)
	if err != nil {
		return nil, &auth.UnreadableError{Where: s.path, What: err}
	}
	return snapshot, nil
}

func (s *fileStore) unreadable(err error) error {
	return &auth.UnreadableError{Where: s.path, What: safefile.Reason(err)}
}

// unwritten returns err as the reason why an Update of a file failed.
func unwritten(path string, err error) error {
	return fault.New("write", "cannot write {{.Where}}: {{.Why}}", "Where", path, "Why", safefile.Cause(err))
}

// decision says what to write over a sign-in.
type decision = func(*auth.Snapshot) (*auth.Snapshot, error)

// Update implements auth.Store: read, decide and write the new file under
// auth.lock; compare and rename under auth.json.lock, too.
func (s *fileStore) Update(ctx context.Context, decide decision) error {
	// A home that has been moved away must not be made anew for nothing: it could
	// not be moved back then.
	if _, err := os.Stat(s.home); errors.Is(err, fs.ErrNotExist) {
		if _, err := decide(nil); err != nil {
			return unwritten(s.path, err)
		}
	}
	if err := s.rounds(ctx, decide, s.round); err != nil {
		return unwritten(s.path, err)
	}
	return nil
}

// rounds runs rounds under auth.lock until one replaces the sign-in.
func (s *fileStore) rounds(ctx context.Context, decide decision, round func(context.Context, decision) (bool, error)) error {
	// Codex creates a missing home readable by others; its files are not.
	if err := s.disk.MkdirAll(s.home, 0o700); err != nil {
		return err
	}
	unlock, err := s.lockHome(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	for range maxRounds {
		if replaced, err := round(ctx, decide); err != nil || replaced {
			return err
		}
	}
	return safefile.ErrRestless
}

// round tries once. It reports false when the content changed in between.
func (s *fileStore) round(ctx context.Context, decide decision) (bool, error) {
	target, err := codex.CredentialPath(s.home)
	if err != nil {
		return false, err
	}
	if err := s.completeHeld(ctx, target); err != nil {
		return false, err
	}
	seen, err := s.disk.Read(target, maxFile)
	if err != nil {
		return false, s.unreadable(err)
	}
	next, err := decide(snapshotOf(seen))
	if err != nil {
		return false, err
	}
	if next == nil {
		return false, errNothing
	}
	way, err := s.disk.WayTo(target)
	if err != nil {
		return false, err
	}
	if way == safefile.InPlace {
		return s.overwrite(ctx, target, seen, next.Encode())
	}
	dir := filepath.Dir(target)
	if err := s.disk.MkdirAll(dir, 0o700); err != nil { // Codex follows a link into a folder that does not exist yet
		return false, err
	}
	fresh, err := s.disk.CreateTemp(dir, tempPrefix, next.Encode(), target)
	if err != nil {
		return false, err
	}
	defer fresh.Discard()
	s.step(StepWritten)
	replaced, err := s.replace(ctx, target, seen, fresh)
	if seen.Exists && (errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EXDEV)) {
		return s.overwrite(ctx, target, seen, next.Encode()) // some mounts are not recognized as such
	}
	if err != nil || !replaced {
		return false, err
	}
	s.step(StepRenamed)
	s.disk.Sweep(dir, tempPrefix, time.Now())
	return true, s.disk.SyncDir(dir)
}

// snapshotOf parses a content. It returns nil when there is none or it is
// unreadable.
func snapshotOf(c safefile.Content) *auth.Snapshot {
	if !c.Exists {
		return nil
	}
	s, err := auth.ParseSnapshot(c.Data)
	if err != nil {
		return nil // a sign-in replaces it, a refresh treats it as gone
	}
	return s
}

// replace is the part of round under auth.json.lock, which must not take long.
func (s *fileStore) replace(ctx context.Context, target string, seen safefile.Content, fresh *safefile.Temp) (bool, error) {
	unlock, same, err := s.compare(ctx, target, seen)
	if err != nil {
		return false, err
	}
	defer unlock()
	if !same {
		return false, nil
	}
	if way, err := s.disk.WayTo(target); err != nil || way != safefile.ByReplacing {
		return false, err
	}
	s.step(StepCompared)
	return fresh.Swap(target, seen)
}

// compare takes auth.json.lock and reports whether the target's path and
// content are unchanged.
func (s *fileStore) compare(ctx context.Context, target string, seen safefile.Content) (unlock func(), same bool, err error) {
	unlock, err = s.lockTarget(ctx, target)
	if err != nil {
		return nil, false, err
	}
	s.step(StepTargetLocked)
	path, err := codex.CredentialPath(s.home)
	if err == nil && path == target { // otherwise the link now leads elsewhere
		var now safefile.Content
		now, err = s.disk.Read(target, maxFile)
		same = err == nil && now.Same(seen)
	}
	if err != nil {
		unlock()
		return nil, false, s.unreadable(err)
	}
	return unlock, same, nil
}
