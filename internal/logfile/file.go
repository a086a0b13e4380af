package logfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"rekey/internal/fault"
	"rekey/internal/safefile"
)

const (
	// maxSize is the size at which a file becomes the older one.
	maxSize = 1 << 20
	// hardLimit is the size a file may grow to while it cannot be renamed, for
	// example on Windows while another program reads it.
	hardLimit = 2 * maxSize
)

// file is an io.Writer for whole lines. It is safe for concurrent use.
type file struct {
	path string
	tell func(error)

	mu   sync.Mutex // guards told, and keeps to one line at a time
	told bool
}

// Write implements io.Writer. It never returns an error: a log that cannot be
// written must not stop the program.
func (f *file) Write(line []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.append(line); err != nil && !f.told && f.tell != nil {
		f.told = true
		f.tell(fault.New("log_unwritten", "Rekey's log cannot be written: {{.Why}}", "Why", err))
	}
	return len(line), nil
}

// append writes a line, after renaming a full file.
func (f *file) append(line []byte) error {
	out, size, err := f.open()
	if err != nil {
		return err
	}
	if size > 0 && size+int64(len(line)) > maxSize {
		_ = out.Close()
		turned := f.turnOver()
		if out, size, err = f.open(); err != nil {
			return err
		}
		if size > 0 && size+int64(len(line)) > hardLimit {
			_ = out.Close()
			return fault.New("log_full", "it is full and cannot be renamed: {{.Why}}", "Why", turned)
		}
	}
	_, err = out.Write(line)
	return errors.Join(err, out.Close())
}

// open opens the file, making it and its folder if need be.
func (f *file) open() (out *os.File, size int64, err error) {
	var disk safefile.Disk
	opened, err := disk.Append(f.path, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		if err := disk.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
			return nil, 0, err
		}
		opened, err = disk.Append(f.path, 0o600)
	}
	switch {
	case errors.Is(err, safefile.ErrNotRegular):
		return nil, 0, fault.New("log_not_regular", "{{.Where}} is not a regular file", "Where", f.path)
	case err != nil:
		return nil, 0, err
	}
	out = opened.File
	info, err := out.Stat()
	if err != nil {
		_ = out.Close()
		return nil, 0, err
	}
	return out, info.Size(), nil
}

// errTurning means that another process is renaming the file.
var errTurning = fault.New("log_renaming", "another process is renaming it")

// turnOver renames the file to the older one, replacing that, unless another
// process has just done so.
func (f *file) turnOver() error {
	unlock, err := safefile.TryLock(f.path+".lock", 0o600)
	switch {
	case err == nil:
		defer unlock()
	case errors.Is(err, safefile.ErrLocked):
		return errTurning
	case !errors.Is(err, safefile.ErrNoLocks): // without locks two may do it at once: then the older one is lost
		return err
	}
	if info, err := os.Stat(f.path); err != nil || info.Size() < maxSize/2 {
		return err
	}
	return os.Rename(f.path, f.path+".1")
}
