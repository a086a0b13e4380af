package safefile

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
)

// Content is what a file held at one moment. The zero value is a file that
// does not exist.
type Content struct {
	Exists bool
	Data   []byte
}

// Same compares bytes; a reformatted file is different.
func (c Content) Same(d Content) bool {
	return c.Exists == d.Exists && bytes.Equal(c.Data, d.Data)
}

// Read is Disk.Read on the real disk.
func Read(path string, limit int64) (Content, error) { return Disk{}.Read(path, limit) }

// Read reads a whole file of at most limit bytes. A missing file, or a dangling
// link, is not an error. Anything else but a regular file, such as a pipe or a
// device, is an error, without waiting for it.
func (d Disk) Read(path string, limit int64) (Content, error) {
	if err := d.fails(OpOpen, path); err != nil {
		return Content{}, err
	}
	f, size, err := openRegular(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Content{}, nil
	}
	if err != nil {
		return Content{}, err
	}
	defer func() { _ = f.Close() }()
	if size > limit {
		return Content{}, tooLarge(limit)
	}
	if err := d.fails(OpRead, path); err != nil {
		return Content{}, err
	}
	data := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead)) // what ReadFrom asks for at the end, too
	if _, err := data.ReadFrom(io.LimitReader(f, limit+1)); err != nil {
		return Content{}, err
	}
	if int64(data.Len()) > limit {
		return Content{}, tooLarge(limit)
	}
	return Content{Exists: true, Data: data.Bytes()}, nil
}

// ReadEnd reads the last bytes of a regular file, at most limit, and tells at
// which one it has begun.
func ReadEnd(path string, limit int64) (data []byte, from int64, err error) {
	f, size, err := openRegular(path)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = f.Close() }()
	from = max(0, size-limit)
	data, err = io.ReadAll(io.NewSectionReader(f, from, size-from))
	return data, from, err
}

// openRegular opens a regular file to be read, and tells its size.
func openRegular(path string) (f *os.File, size int64, err error) {
	if f, err = openToRead(path); err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil {
		err = regular(info)
	}
	if err == nil && endless(f) {
		err = ErrNotRegular
	}
	if err != nil {
		_ = f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}
