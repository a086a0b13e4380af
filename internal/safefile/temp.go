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

// Temp is a complete, durable new content that waits to be renamed. It
// stays open, so that its inode is not given to another file meanwhile.
type Temp struct {
	file *os.File
	path string
	keep bool // what is under the name now must not be removed
}

// CreateTemp writes data to a new file, mode 0600, and to the disk.
func CreateTemp(dir, prefix string, data []byte) (*Temp, error) {
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
	t := &Temp{file: f, path: f.Name()}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		t.Discard()
		return nil, err
	}
	return t, nil
}

// Discard closes the file and removes what is under its name: the new content
// if it was not used, the old one if it was exchanged.
func (t *Temp) Discard() {
	_ = t.file.Close()
	if !t.keep {
		_ = os.Remove(t.path) // gone already after a plain rename
	}
}

// Sweep removes temporary files that a dying process left: they may hold
// tokens. A temporary file's name is prefix and six more characters. A failure leaves them for the next time.
func Sweep(dir, prefix string, now time.Time) {
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

// Path is the temporary file's name.
func (t *Temp) Path() string { return t.path }

// Rename puts the new content under a name, replacing what is there. The file
// is closed first, as Windows demands.
func (t *Temp) Rename(target string) error {
	if err := t.file.Close(); err != nil {
		return err
	}
	return replaceFile(t.path, target)
}
