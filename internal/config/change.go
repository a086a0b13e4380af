package config

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"rekey/internal/safefile"
)

const (
	// lockWait bounds the wait for another Rekey that changes the file. It
	// holds the lock for milliseconds.
	lockWait = 5 * time.Second
	// maxRounds is how often the file may change under a change before that
	// gives up. Only writers that know no lock, editors, can cause even one.
	maxRounds = 16
)

// errRestless means that the file was changed again and again.
var errRestless = errors.New("another program keeps changing it")

// Change sets keys in the file and leaves every other byte as it is: comments,
// order, line ends, and what cannot be used. The file is made if need be, mode
// 0600 in a folder 0700. It is replaced in one step; behind a symbolic link it
// is the file that is replaced, not the link. Changes by several processes at
// the same time follow one another.
//
// The error is a *Problem when an edit cannot be made, or when a line is not
// TOML, so that nobody could say what the edit would mean; a *SaveError when the
// file cannot be written; ctx's when it ends first. Then nothing has changed.
func Change(ctx context.Context, path string, edits ...Edit) error {
	return change(ctx, path, os.UserHomeDir, edits)
}

func change(ctx context.Context, path string, home func() (string, error), edits []Edit) error {
	for _, e := range edits {
		if err := e.check(path, home); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return unsaved(path, err)
	}
	target, err := follow(path)
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
	case !errors.Is(err, safefile.ErrNoLocks): // without locks the comparison before the renaming has to do
		return unsaved(path, err)
	}
	for range maxRounds {
		if done, err := round(path, target, edits); done || err != nil {
			return err
		}
	}
	return unsaved(path, errRestless)
}

// round tries once. It reports false when the file changed in between.
func round(path, target string, edits []Edit) (done bool, err error) {
	before, err := read(target)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, unsaved(path, err)
	}
	text, marked := bytes.CutPrefix(before, byteOrderMark)
	if d := scan(text); d.broken != nil {
		return false, &Problem{
			Path: path, Line: d.broken.line, Code: CodeSyntax,
			What: "this line is not valid TOML (" + d.broken.what + ")", Do: "correct it first",
		}
	}
	for _, e := range edits {
		text = e.apply(text)
	}
	if marked {
		text = append(bytes.Clone(byteOrderMark), text...)
	}
	if bytes.Equal(text, before) {
		return true, nil
	}
	if len(text) > maxFile {
		return false, unsaved(path, errors.New("it would be too large"))
	}
	return replace(path, target, before, text)
}

// replace puts the text in the target's place, if that still holds what it did.
func replace(path, target string, before, text []byte) (done bool, err error) {
	mode := fs.FileMode(0o600)
	if info, err := os.Stat(target); err == nil {
		mode = info.Mode().Perm()
		if mode&0o200 == 0 {
			return false, unsaved(path, errors.New("it is read-only"))
		}
	}
	tmp, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".*")
	if err != nil {
		return false, unsaved(path, err)
	}
	defer os.Remove(tmp.Name()) // gone already when it was renamed
	_, err = tmp.Write(text)
	err = errors.Join(err, tmp.Chmod(mode), tmp.Sync(), tmp.Close())
	if err != nil {
		return false, unsaved(path, err)
	}
	if now, err := read(target); !bytes.Equal(now, before) || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err := os.Rename(tmp.Name(), target); err != nil {
		return false, unsaved(path, err)
	}
	if dir, err := os.Open(filepath.Dir(target)); err == nil {
		_ = dir.Sync() // not every system can; the file itself is whole
		_ = dir.Close()
	}
	return true, nil
}

// unsaved is a SaveError.
func unsaved(path string, err error) error { return &SaveError{Path: path, What: cause(err), Err: err} }

// follow finds the file behind symbolic links, which need not exist.
func follow(path string) (string, error) {
	for range 40 { // as Linux does
		to, err := os.Readlink(path)
		if err != nil {
			return path, nil // no link, or nothing there
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return "", errors.New("too many symbolic links lead to it")
}
