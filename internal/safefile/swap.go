package safefile

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// maxSwaps bounds how often names are exchanged until the newest content is in
// place.
const maxSwaps = 32

// Swap replaces target with the new content if target still has the seen
// content. It reports false if not.
//
// The locks keep Codex 0.169 out between the comparison and the renaming, but
// not an older Codex, an editor or a dotfile manager. So the two names are
// exchanged instead of one replacing the other, and what comes out is compared
// once more: if it is not what was seen, somebody wrote in between, and it is
// put back. Where a filesystem cannot exchange names this is a plain rename.
// In both cases a program that has opened the old file and writes to it later
// writes to a file without a name.
func (t *Temp) Swap(target string, seen Content) (bool, error) {
	if !seen.Exists {
		err := t.disk.renameNew(t.path, target)
		if errors.Is(err, fs.ErrExist) {
			return false, nil
		}
		if errors.Is(err, errors.ErrUnsupported) {
			err = t.Rename(target)
		}
		return err == nil, err
	}
	err := t.disk.exchange(t.path, target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil // deleted in between
	case errors.Is(err, errors.ErrUnsupported):
		err = t.Rename(target)
		return err == nil, err
	case err != nil:
		return false, err
	}
	if out, err := t.disk.Read(t.path, int64(len(seen.Data))); err == nil && out.Same(seen) {
		return true, nil
	}
	return false, t.putBack(target)
}

// putBack exchanges the names again after another program's content came out.
// If that brings out yet another file, there was a third writer, and the newest
// of the foreign files is put back.
func (t *Temp) putBack(target string) error {
	last, err := t.file.Stat()
	for range maxSwaps {
		if err != nil {
			break
		}
		var next fs.FileInfo
		if next, err = os.Lstat(t.path); err != nil {
			break
		}
		if err = t.disk.exchange(t.path, target); err != nil {
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
	return fmt.Errorf("%w, it is in %s: %w", ErrForeign, t.path, cmp.Or(err, error(ErrRestless)))
}

// exchange swaps two names in one step; errors.ErrUnsupported where the
// filesystem or the system cannot.
func (d Disk) exchange(a, b string) error {
	return retry(func() error {
		if err := d.fails(OpExchange, b); err != nil {
			return err
		}
		return exchange(a, b)
	})
}

// renameNew renames without replacing: fs.ErrExist when the new name is taken,
// errors.ErrUnsupported where the filesystem or the system cannot tell.
func (d Disk) renameNew(from, to string) error {
	if err := d.fails(OpLink, to); err != nil {
		return err
	}
	return renameNew(from, to)
}
