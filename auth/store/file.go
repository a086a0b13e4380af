package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/internal/safefile"
)

// maxRounds bounds how often an Update starts again because the content
// changed under it. Writers that take both locks cannot cause even one; those
// that share the file by links from other homes share only the second.
const maxRounds = 32

// maxFile is the size above which a credential file is unreadable, 32 MiB.
const maxFile = 32 << 20

// tempPrefix is what the names of temporary files begin with. It is Codex's own,
// so that either program's leftovers are known as such.
const tempPrefix = ".auth-"

// errNothing is a mistake of the caller: absence is written by Delete.
var errNothing = errors.New("there is nothing to write")

// fileStore is the auth.json of one home. It keeps nothing between calls, so
// it is safe for concurrent use.
type fileStore struct {
	home   string
	path   string // the name, which may be a symbolic link
	locker safefile.Locker
	step   func(auth.Step)
}

func newFileStore(home string, opts Options) *fileStore {
	if opts.Step == nil {
		opts.Step = func(auth.Step) {}
	}
	return &fileStore{home: home, path: filepath.Join(home, codex.AuthFile), locker: opts.Locker, step: opts.Step}
}

// String returns the path as Codex names it, before following links.
func (s *fileStore) String() string { return s.path }

// Load implements auth.Store. Like Codex it takes no lock: the file is
// replaced by renaming, so a reader sees the old content or the new.
func (s *fileStore) Load(ctx context.Context) (*auth.Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c, err := safefile.Read(s.path, maxFile)
	if err != nil {
		return nil, s.unreadable(err)
	}
	if !c.Exists {
		return nil, auth.ErrNoCredential
	}
	snapshot, err := auth.ParseSnapshot(c.Data)
	if err != nil {
		return nil, &auth.UnreadableError{Where: s.path, What: err.Error(), Err: err}
	}
	return snapshot, nil
}

func (s *fileStore) unreadable(err error) error {
	return &auth.UnreadableError{Where: s.path, What: safefile.Reason(err), Err: err}
}

// Update implements auth.Store: read, decide and write the new file under
// auth.lock; compare and rename under auth.json.lock, too.
func (s *fileStore) Update(ctx context.Context, decide func(*auth.Snapshot) (*auth.Snapshot, error)) error {
	// Codex makes a missing home, open to others; what is in it is not.
	if err := os.MkdirAll(s.home, 0o700); err != nil {
		return fmt.Errorf("write %s: %w", s.path, err)
	}
	unlock, err := s.lockHome(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	for range maxRounds {
		replaced, err := s.round(ctx, decide)
		if err != nil {
			return fmt.Errorf("write %s: %w", s.path, err)
		}
		if replaced {
			return nil
		}
	}
	return fmt.Errorf("write %s: %w", s.path, safefile.ErrRestless)
}

// round tries once. It reports false when the content changed in between.
func (s *fileStore) round(ctx context.Context, decide func(*auth.Snapshot) (*auth.Snapshot, error)) (bool, error) {
	target, err := codex.CredentialPath(s.home)
	if err != nil {
		return false, err
	}
	seen, err := safefile.Read(target, maxFile)
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
	if err := safefile.Replaceable(target); err != nil {
		return false, err
	}
	dir := filepath.Dir(target)
	if err := os.MkdirAll(dir, 0o700); err != nil { // Codex follows a link to a folder that is not there yet
		return false, err
	}
	fresh, err := safefile.CreateTemp(dir, tempPrefix, next.Encode())
	if err != nil {
		return false, err
	}
	defer fresh.Discard()
	s.step(StepWritten)
	replaced, err := s.replace(ctx, target, seen, fresh)
	if err != nil || !replaced {
		return false, err
	}
	s.step(StepRenamed)
	safefile.Sweep(dir, tempPrefix, time.Now())
	return true, safefile.SyncDir(dir)
}

// snapshotOf parses a content, nil when there is none or it is unreadable.
func snapshotOf(c safefile.Content) *auth.Snapshot {
	if !c.Exists {
		return nil
	}
	s, err := auth.ParseSnapshot(c.Data)
	if err != nil {
		return nil // a sign-in replaces it, a refresh sees that it is gone
	}
	return s
}

// replace is what happens under auth.json.lock: nothing that can take long.
func (s *fileStore) replace(ctx context.Context, target string, seen safefile.Content, fresh *safefile.Temp) (bool, error) {
	unlock, err := s.lockTarget(ctx, target)
	if err != nil {
		return false, err
	}
	defer unlock()
	s.step(StepTargetLocked)
	if now, err := codex.CredentialPath(s.home); err != nil || now != target {
		return false, err // the link was changed to lead elsewhere
	}
	now, err := safefile.Read(target, maxFile)
	if err != nil {
		return false, s.unreadable(err)
	}
	if !now.Same(seen) {
		return false, nil
	}
	if err := safefile.Replaceable(target); err != nil {
		return false, err
	}
	s.step(StepCompared)
	return fresh.Swap(target, seen)
}

// Delete implements auth.Store. Codex removes only the name and, where that is
// a symbolic link, leaves the tokens in the target; Rekey removes both.
func (s *fileStore) Delete(ctx context.Context) (removed bool, err error) {
	if _, err := os.Stat(s.home); errors.Is(err, fs.ErrNotExist) {
		return false, nil // Codex would make a home to lock it
	}
	unlock, err := s.lockHome(ctx)
	if err != nil {
		return false, err
	}
	defer unlock()
	removed, err = s.remove(ctx)
	if err != nil {
		return removed, fmt.Errorf("delete %s: %w", s.path, err)
	}
	return removed, nil
}

// remove is Delete for those who hold auth.lock.
func (s *fileStore) remove(ctx context.Context) (removed bool, err error) {
	target, err := codex.CredentialPath(s.home)
	if err != nil {
		// A link that leads nowhere holds no tokens.
		return removeFile(s.path)
	}
	dir := filepath.Dir(target)
	if _, err := os.Stat(dir); err == nil {
		unlock, err := s.lockTarget(ctx, target)
		if err != nil {
			return false, err
		}
		defer unlock()
	}
	return s.removeAll(target)
}

// removeAll removes the target, the link to it if there is one, and what dying
// writers left, for those who hold both locks.
func (s *fileStore) removeAll(target string) (removed bool, err error) {
	dir := filepath.Dir(target)
	defer safefile.Sweep(dir, tempPrefix, time.Now())
	if removed, err = removeFile(target); err != nil {
		return false, err
	}
	if removed {
		err = safefile.SyncDir(dir)
	}
	if target == s.path {
		return removed, err
	}
	link, linkErr := removeFile(s.path)
	if link {
		linkErr = safefile.SyncDir(s.home)
	}
	return removed || link, errors.Join(err, linkErr)
}

// removeFile removes a file or a link. Nothing there is not an error.
func removeFile(path string) (removed bool, err error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case info.IsDir():
		return false, safefile.ErrIsFolder // os.Remove would remove an empty one
	}
	err = os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
