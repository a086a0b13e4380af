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

// tempAge is the age at which a temporary file must be that of a process that
// died. A live one exists for milliseconds.
const tempAge = time.Minute

// Temp is a complete, durable new content that waits to be renamed. It stays
// open, so that its inode is not given to another file meanwhile.
type Temp struct {
	disk Disk
	file *File
	path string
	keep bool // what is under the name now must not be removed
}

// CreateTemp writes data to a new file, mode 0600, and to the disk. Its name is
// prefix and six more characters. It gets the owner of the file at like, if
// there is one; what root makes gets that of the folder else.
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

// Rename puts the new content under a name, replacing what is there. The file
// is closed first, as Windows demands.
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

// Link gives the new content a second name, which must be free.
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
		_ = os.Remove(t.path) // gone already after a plain rename
	}
}

// replaceTries and replacePause bound how long a program is waited for that has
// the old file open and forbids its replacing, a virus scanner on Windows for
// one: half a second in all, a tenth of what Codex waits for the lock that is
// held meanwhile.
const (
	replaceTries = 50
	replacePause = 10 * time.Millisecond
)

// inUse reports whether another program has the file open. It is gone in a moment.
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

// Replace puts data in a file's place, or makes the file: whoever reads it sees
// the old content or the new. It keeps owner and mode of what it replaces; a new
// file gets perm and, from root, the owner of its folder, which must be there. A
// symbolic link is replaced itself: Resolve first to follow it. What earlier calls
// have left behind, because their process died, is removed.
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

// Sweep removes temporary files that a dying process left: they may hold
// tokens. A failure leaves them for the next time.
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
