package safefile

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// tempAge is the age at which a temporary file must belong to a dead process.
// Live ones exist for milliseconds.
const tempAge = time.Minute

// Temp is a complete, durable new file that waits to be renamed. It stays open,
// so that its inode is not reused meanwhile.
type Temp struct {
	disk Disk
	file *File
	path string
	keep bool // what is under the name now must not be removed
}

// CreateTemp writes data to a new file with mode 0600 and syncs it. Its name is
// prefix and six more characters. It gets the owner of the file at like, if
// that exists; otherwise, for root, the owner of the folder.
func (d Disk) CreateTemp(dir, prefix string, data []byte, like string) (*Temp, error) {
	var f *os.File
	var err error
	for range 100 {
		f, err = d.createNew(filepath.Join(dir, prefix+rand.Text()[:6]), 0o600)
		if !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	t := &Temp{disk: d, file: &File{f, d}, path: f.Name()}
	if info, statErr := os.Stat(like); statErr == nil {
		err = d.own(f, info)
	}
	if err == nil {
		_, err = t.file.Write(data)
	}
	if err == nil {
		err = t.file.Sync()
	}
	if err != nil {
		t.Discard()
		return nil, err
	}
	return t, nil
}

// Path is the temporary file's name.
func (t *Temp) Path() string { return t.path }

// Rename renames the file to target, replacing it. It closes the file first, as
// Windows requires.
func (t *Temp) Rename(target string) error {
	if err := t.file.Close(); err != nil {
		return err
	}
	return retry(func() error {
		if err := t.disk.fails(OpRename, target); err != nil {
			return err
		}
		return os.Rename(t.path, target)
	})
}

// Link gives the file a second name, which must be free.
func (t *Temp) Link(target string) error {
	if err := t.disk.fails(OpLink, target); err != nil {
		return err
	}
	return os.Link(t.path, target)
}

// Discard closes the file and removes what is under its name: the new content
// if it was not used, the old one if it was exchanged.
func (t *Temp) Discard() {
	_ = t.file.Close()
	if !t.keep {
		_ = os.Remove(t.path) // already gone after a plain rename
	}
}

// replaceTries and replacePause bound the wait for a program that has the old
// file open and prevents its replacement, such as a virus scanner on Windows:
// half a second in all, a tenth of what Codex waits for the lock that is held
// meanwhile.
const (
	replaceTries = 50
	replacePause = 10 * time.Millisecond
)

// inUse reports whether another program has the file open, usually only for a
// moment.
func inUse(err error) bool { return errors.Is(err, ErrInUse) || sharing(err) }

// retry calls f again while another program has the file in use.
func retry(f func() error) error {
	for try := 1; ; try++ {
		err := f()
		if !inUse(err) || try == replaceTries {
			return err
		}
		time.Sleep(replacePause)
	}
}

// Replace is Disk.Replace on the real disk.
func Replace(path string, data []byte, perm fs.FileMode) error {
	return Disk{}.Replace(path, data, perm)
}

// Replace replaces a file atomically with data, or creates it. It keeps owner
// and mode of the old file; a new one gets perm and, from root, the owner of
// its folder, which must exist. A symbolic link itself is replaced: Resolve
// first to follow it. Leftovers of earlier calls whose process died are
// removed.
func (d Disk) Replace(path string, data []byte, perm fs.FileMode) error {
	if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
		perm = info.Mode().Perm()
	}
	dir, prefix := filepath.Dir(path), "."+filepath.Base(path)+"-"
	fresh, err := d.CreateTemp(dir, prefix, data, path)
	if err != nil {
		return err
	}
	defer d.Sweep(dir, prefix, time.Now())
	defer fresh.Discard()
	if perm != 0o600 {
		if err := fresh.file.Chmod(perm); err != nil {
			return err
		}
	}
	if err := fresh.Rename(path); err != nil {
		return err
	}
	return d.SyncDir(dir)
}

// Sweep removes temporary files left by dead processes, because they may hold
// tokens. On failure they stay until the next time.
func (d Disk) Sweep(dir, prefix string, now time.Time) {
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
			_, _ = d.Remove(filepath.Join(dir, name))
		}
	}
}
