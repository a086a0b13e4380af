package config

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"rekey/internal/safefile"
	"rekey/internal/userdir"
)

const (
	// lockWait bounds the wait for another Rekey that changes the file. It
	// holds the lock for milliseconds.
	lockWait = 5 * time.Second
	// maxRounds is how often a Change starts over because the file has changed.
	// Only writers without locks, such as editors, can cause even one.
	maxRounds = 16
)

// Change sets keys in the file and leaves every other byte as it is: comments,
// order, line endings and invalid lines. A missing file is created with mode
// 0600 in a folder 0700. The file is replaced atomically; if it is a symbolic
// link, its target is replaced. Changes by several processes are serialized.
//
// The error is a *Problem when an edit is invalid, or when a line is not TOML,
// so that the meaning of the edit is unclear; a *SaveError when the file cannot
// be written; or ctx's. Then nothing has changed.
func Change(ctx context.Context, path string, edits ...Edit) error {
	return change(ctx, path, userdir.Home, edits)
}

func change(ctx context.Context, path string, home func() (string, error), edits []Edit) error {
	for _, e := range edits {
		if err := e.check(path, home); err != nil {
			return err
		}
	}
	var disk safefile.Disk
	if err := disk.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return unsaved(path, err)
	}
	// A hard link is the user's decision.
	if _, err := disk.WayTo(path); err != nil && !errors.Is(err, safefile.ErrHardLink) {
		return unsaved(path, err)
	}
	target, err := safefile.Resolve(path)
	if err != nil {
		return unsaved(path, err)
	}
	waiting, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	unlock, err := safefile.Lock(waiting, filepath.Join(filepath.Dir(target), "."+filepath.Base(target)+".lock"), 0o600)
	switch {
	case err == nil:
		defer unlock()
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case !errors.Is(err, safefile.ErrNoLocks): // without locks the comparison when replacing must suffice
		return unsaved(path, err)
	}
	for range maxRounds {
		if done, err := round(path, target, edits); done || err != nil {
			return err
		}
	}
	return unsaved(path, safefile.ErrRestless)
}

// round tries once. It reports false when the file changed in between.
func round(path, target string, edits []Edit) (done bool, err error) {
	before, err := safefile.Read(target, maxFile)
	if err != nil {
		return false, unsaved(path, err)
	}
	text, marked := bytes.CutPrefix(before.Data, byteOrderMark)
	if d := scan(text); d.broken != nil {
		return false, &Problem{
			Path: path, Line: d.broken.line, Code: CodeSyntax,
			What: notTOML(d.broken),
		}
	}
	for _, e := range edits {
		text = e.apply(text)
	}
	if marked {
		text = slices.Concat(byteOrderMark, text)
	}
	if before.Exists && bytes.Equal(text, before.Data) {
		return true, nil
	}
	if len(text) > maxFile {
		return false, unsaved(path, safefile.ErrTooLarge)
	}
	if done, err = replace(target, before, text); err != nil {
		return false, unsaved(path, err)
	}
	return done, nil
}

// replace replaces the target with text if its content is still that of before.
func replace(target string, before safefile.Content, text []byte) (done bool, err error) {
	var disk safefile.Disk
	dir, prefix := filepath.Dir(target), "."+filepath.Base(target)+"-"
	fresh, err := disk.CreateTemp(dir, prefix, text, target)
	if err != nil {
		return false, err
	}
	defer fresh.Discard()
	if info, err := os.Stat(target); err == nil {
		if err := os.Chmod(fresh.Path(), info.Mode().Perm()); err != nil {
			return false, err
		}
	}
	if done, err = fresh.Swap(target, before); !done || err != nil {
		return false, err
	}
	disk.Sweep(dir, prefix, time.Now())
	return true, disk.SyncDir(dir)
}

// unsaved is a SaveError.
func unsaved(path string, err error) error {
	return &SaveError{Path: path, What: safefile.Cause(err)}
}
