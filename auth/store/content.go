package store

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"syscall"

	"rekey/auth"
)

// maxFile is the size above which a credential file is unreadable, 32 MiB.
const maxFile = 32 << 20

// The findings that reading a file can have, each one clause.
var (
	errTooBig     = errors.New("it is larger than 32 MiB")
	errIsFolder   = errors.New("it is a folder")
	errNotRegular = errors.New("it is not a regular file")
)

// content is what a file held at one moment. The zero value is a file that
// does not exist.
type content struct {
	exists bool
	data   []byte
}

// readContent reads a whole file. A file that does not exist, or is a link to
// one that does not, is no error.
func readContent(path string) (content, error) {
	f, err := openToRead(path)
	if errors.Is(err, fs.ErrNotExist) {
		return content{}, nil
	}
	if err != nil {
		return content{}, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	switch {
	case err != nil:
		return content{}, err
	case info.IsDir():
		return content{}, errIsFolder
	case !info.Mode().IsRegular():
		return content{}, errNotRegular
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return content{}, err
	}
	if len(data) > maxFile {
		return content{}, errTooBig
	}
	return content{exists: true, data: data}, nil
}

// same compares bytes: one that was only reformatted is a different file.
func (c content) same(d content) bool {
	return c.exists == d.exists && bytes.Equal(c.data, d.data)
}

// snapshot parses the content, nil when there is none or it is unreadable.
func (c content) snapshot() *auth.Snapshot {
	if !c.exists {
		return nil
	}
	s, err := auth.ParseSnapshot(c.data)
	if err != nil {
		return nil // a sign-in replaces it, a renewal sees that it is gone
	}
	return s
}

// whyUnreadable says in one clause why a file cannot be read. The system's own
// text is used only where it names nothing but the cause.
func whyUnreadable(err error) string {
	var number syscall.Errno
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.Is(err, errTooBig), errors.Is(err, errIsFolder), errors.Is(err, errNotRegular):
		return err.Error()
	case errors.Is(err, syscall.ELOOP):
		return "it is a symbolic link that leads back to itself"
	case errors.Is(err, syscall.ENOTDIR):
		return "its folder is not a folder"
	case errors.As(err, &number):
		return number.Error()
	}
	return "it cannot be opened"
}
