package safefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"
)

// What reading a file can find beside the system's own errors, each one clause.
var (
	// ErrTooLarge is wrapped by an error that names the limit.
	ErrTooLarge   = errors.New("it is too large")
	ErrIsFolder   = errors.New("it is a folder")
	ErrNotRegular = errors.New("it is not a regular file")
)

// tooLarge is ErrTooLarge with its limit.
type tooLarge struct{ limit int64 }

func (e tooLarge) Error() string     { return fmt.Sprintf("it is larger than %d MiB", e.limit>>20) }
func (e tooLarge) Is(err error) bool { return err == ErrTooLarge }

// Content is what a file held at one moment. The zero value is a file that
// does not exist.
type Content struct {
	Exists bool
	Data   []byte
}

// Same compares bytes: one that was only reformatted is a different file.
func (c Content) Same(d Content) bool {
	return c.Exists == d.Exists && bytes.Equal(c.Data, d.Data)
}

// Read reads a whole file of at most limit bytes. A file that does not exist,
// or is a link to one that does not, is no error. What is not a regular file, a
// pipe or a device, is refused without waiting for it.
func Read(path string, limit int64) (Content, error) {
	f, err := openToRead(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Content{}, nil
	}
	if err != nil {
		return Content{}, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	switch {
	case err != nil:
		return Content{}, err
	case info.IsDir():
		return Content{}, ErrIsFolder
	case !info.Mode().IsRegular():
		return Content{}, ErrNotRegular
	case info.Size() > limit:
		return Content{}, tooLarge{limit}
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return Content{}, err
	}
	if int64(len(data)) > limit {
		return Content{}, tooLarge{limit}
	}
	return Content{Exists: true, Data: data}, nil
}

// Reason says in one clause why a file cannot be used. The system's own text
// is used only where it names nothing but the cause.
func Reason(err error) string {
	var number syscall.Errno
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.Is(err, ErrTooLarge), errors.Is(err, ErrIsFolder), errors.Is(err, ErrNotRegular):
		return cause(err).Error()
	case errors.Is(err, syscall.ELOOP):
		return "it is a symbolic link that leads back to itself"
	case errors.Is(err, syscall.ENOTDIR):
		return "its folder is not a folder"
	case errors.As(err, &number):
		return number.Error()
	}
	return "it cannot be opened"
}

// cause is the innermost error.
func cause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
