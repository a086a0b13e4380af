package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// What the names of temporary files begin with. For credentials it is Codex's
// own, so that either program's leftovers are known as such.
const (
	tempPrefix  = ".auth-"
	statePrefix = ".state-"
)

// tempAge is the age at which a temporary file must be that of a process that
// died. A live one exists for milliseconds.
const tempAge = time.Minute

// tempFile is a complete, durable new content that waits to be renamed. It
// stays open, so that its inode is not given to another file meanwhile.
type tempFile struct {
	file *os.File
	path string
	keep bool // what is under the name now must not be removed
}

// writeTemp writes data to a new file, mode 0600, and to the disk.
func writeTemp(dir, prefix string, data []byte) (*tempFile, error) {
	var f *os.File
	var err error
	for range 100 {
		path := filepath.Join(dir, prefix+rand.Text()[:6])
		f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	t := &tempFile{file: f, path: f.Name()}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		t.discard()
		return nil, err
	}
	return t, nil
}

// discard closes the file and removes what is under its name: the new content
// if it was not used, the old one if it was exchanged.
func (t *tempFile) discard() {
	_ = t.file.Close()
	if !t.keep {
		_ = os.Remove(t.path) // gone already after a plain rename
	}
}

// sweep removes temporary files that a dying process left, Rekey's or Codex's:
// they hold tokens. A failure leaves them for the next time.
func sweep(dir, prefix string, now time.Time) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, prefix) || len(name) != len(prefix)+6 || !e.Type().IsRegular() {
			continue
		}
		if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > tempAge {
			_ = os.Remove(filepath.Join(dir, name))
		}
	}
}

// errForeign means that a sign-in of somebody else could not be put back.
var errForeign = errors.New("another program's content could not be put back")

// swapIn puts the new content in target's place, provided that target still
// holds what was seen. It reports false when it does not.
//
// The locks keep Codex 0.169 out between the comparison and the renaming, but
// not an older Codex, an editor or a dotfile manager. So the two names are
// exchanged instead of one replacing the other, and what comes out is compared
// once more: if it is not what was seen, somebody wrote in between, and it is
// put back. Where a filesystem cannot exchange names this is a plain rename.
// What stays possible in both cases is a program that has opened the old file
// and writes to it later; it would write to a file that has no name any more.
func (t *tempFile) swapIn(target string, seen content) (bool, error) {
	if !seen.exists {
		err := renameNew(t.path, target)
		if errors.Is(err, fs.ErrExist) {
			return false, nil
		}
		if errors.Is(err, errors.ErrUnsupported) {
			err = t.rename(target)
		}
		return err == nil, err
	}
	err := exchange(t.path, target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil // deleted in between
	case errors.Is(err, errors.ErrUnsupported):
		err = t.rename(target)
		return err == nil, err
	case err != nil:
		return false, err
	}
	if out, err := readContent(t.path); err == nil && out.same(seen) {
		return true, nil
	}
	return false, t.putBack(target)
}

// rename replaces target. The file is closed first, as Windows demands.
func (t *tempFile) rename(target string) error {
	if err := t.file.Close(); err != nil {
		return err
	}
	return replaceFile(t.path, target)
}

// putBack exchanges the names again after somebody else's content came out.
// If that brings out another file than the one put in before, a third writer
// was there as well, and the newest of the foreign files goes back.
func (t *tempFile) putBack(target string) error {
	last, err := t.file.Stat()
	for range maxRounds {
		if err != nil {
			break
		}
		var next fs.FileInfo
		if next, err = os.Lstat(t.path); err != nil {
			break
		}
		if err = exchange(t.path, target); err != nil {
			break
		}
		var out fs.FileInfo
		if out, err = os.Lstat(t.path); err != nil {
			break
		}
		if os.SameFile(out, last) {
			return nil
		}
		last = next
	}
	t.keep = true
	if err == nil {
		err = errRestless
	}
	return fmt.Errorf("%w, it is in %s: %w", errForeign, t.path, err)
}
