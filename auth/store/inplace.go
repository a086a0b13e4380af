package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rekey/auth/codex"
	"rekey/internal/safefile"
)

// An auth.json that is itself a mount point, as in a container that was given
// this one file, cannot be replaced, so it is written in place. Codex reads
// without a lock; it treats half a file as unreadable and then sends nothing.
// If the process dies in between, the journal beside the file has the old and
// the new content.

// journal is the change that is being made to an auth.json.
type journal struct{ Old, New []byte }

// journalPath is in the home, even if auth.json is a link.
func (s *fileStore) journalPath() string { return s.path + ".rekey.journal" }

// empty is the content of an auth.json that cannot be removed after signing
// out. Codex's app-server is then signed out. (Its command "codex login status"
// calls any file that it can parse "Logged in using ChatGPT", 0.169 to 0.171.)
const empty = "{}"

// overwrite is the part of an Update that writes in place. It reports false when
// the content has changed meanwhile.
func (s *fileStore) overwrite(ctx context.Context, target string, seen safefile.Content, data []byte) (bool, error) {
	if err := s.begin(seen.Data, data); err != nil {
		return false, err
	}
	s.step(StepWritten)
	unlock, same, err := s.compare(ctx, target, seen)
	if err == nil {
		defer unlock()
	}
	if err != nil || !same {
		s.forget()
		return false, err
	}
	s.step(StepCompared)
	if err := s.change(target, seen.Data, data); err != nil {
		return false, err
	}
	s.step(StepRenamed)
	s.forget()
	return true, nil
}

// begin writes the journal.
func (s *fileStore) begin(old, data []byte) error {
	record, err := json.Marshal(journal{old, data})
	if err != nil {
		return err
	}
	return s.disk.Replace(s.journalPath(), record, 0o600)
}

// change writes in place, or puts the old content back. If neither can be done,
// the journal stays.
func (s *fileStore) change(target string, old, data []byte) error {
	err := s.disk.WriteInPlace(target, data, len(old))
	if err != nil && s.disk.WriteInPlace(target, old, max(len(old), len(data))) == nil {
		s.forget()
	}
	return err
}

// forget removes the journal and leftovers of unfinished ones. A journal that
// cannot be removed is later recognized as done.
func (s *fileStore) forget() {
	_, _ = s.disk.Remove(s.journalPath())
	s.disk.Sweep(s.home, "."+filepath.Base(s.journalPath())+"-", time.Now())
}

// begun reports whether there is a journal.
func (s *fileStore) begun() bool {
	_, err := os.Lstat(s.journalPath())
	return !errors.Is(err, fs.ErrNotExist)
}

// complete finishes a write that a killed process left half done. It does
// nothing if a lock is held, because the holder may still be writing.
func (s *fileStore) complete() error {
	if !s.begun() {
		return nil
	}
	unlock, err := s.disk.TryLock(filepath.Join(s.home, "auth.lock"), 0o666)
	if err != nil {
		return nil
	}
	defer unlock()
	target, err := codex.CredentialPath(s.home)
	if err != nil {
		return err
	}
	unlockTarget, err := s.disk.TryLock(target+".lock", 0o600)
	if err != nil {
		return nil
	}
	defer unlockTarget()
	return s.completeLocked(target)
}

// completeHeld is complete for callers that hold auth.lock.
func (s *fileStore) completeHeld(ctx context.Context, target string) error {
	if !s.begun() {
		return nil
	}
	unlock, err := s.lockTarget(ctx, target)
	if err != nil {
		return err
	}
	defer unlock()
	return s.completeLocked(target)
}

// completeLocked is complete for callers that hold both locks.
func (s *fileStore) completeLocked(target string) error {
	record, err := s.disk.Read(s.journalPath(), 4*maxFile)
	if err != nil {
		return err
	}
	now, err := s.disk.Read(target, maxFile)
	if err != nil {
		return err
	}
	var j journal
	if json.Unmarshal(record.Data, &j) == nil && j.torn(now.Data) {
		if err := s.disk.WriteInPlace(target, j.New, len(now.Data)); err != nil {
			return err
		}
	}
	s.forget()
	return nil
}

// torn reports whether a content is the change half written: the beginning of
// the new content followed by the rest of the old.
func (j journal) torn(now []byte) bool {
	if bytes.Equal(now, j.Old) || bytes.Equal(now, j.New) {
		return false
	}
	fresh, same := safefile.Pad(j.New, len(j.Old)), 0
	for same < min(len(now), len(fresh)) && now[same] == fresh[same] {
		same++
	}
	rest := min(same, len(j.Old))
	return len(now) >= len(j.Old) && bytes.Equal(now[same:], j.Old[rest:])
}

// erase removes the target or, if that is impossible, its content.
func (s *fileStore) erase(target string) (removed bool, err error) {
	removed, err = s.disk.Remove(target)
	if err == nil {
		return removed, nil
	}
	if way, wayErr := s.disk.WayTo(target); wayErr != nil || way != safefile.InPlace {
		return false, err
	}
	now, err := s.disk.Read(target, maxFile)
	if err != nil || strings.TrimSpace(string(now.Data)) == empty {
		return false, err
	}
	if err := s.begin(now.Data, []byte(empty)); err != nil {
		return false, err
	}
	if err := s.change(target, now.Data, []byte(empty)); err != nil {
		return false, err
	}
	s.forget()
	return true, nil
}
