package autostart

import (
	"fmt"
	"io/fs"
	"path/filepath"

	"rekey/internal/safefile"
)

// entryLimit bounds what is read: an entry has a few hundred bytes.
const entryLimit = 1 << 20

// readEntry returns an entry, or fs.ErrNotExist.
func readEntry(name string) (string, error) {
	content, err := safefile.Read(name, entryLimit)
	switch {
	case err != nil:
		return "", fmt.Errorf("reading the autostart entry: %w", safefile.Cause(err))
	case !content.Exists:
		return "", fs.ErrNotExist
	}
	return string(content.Data), nil
}

// replace puts a file in place, complete or not at all, and makes its folder.
// While it is being made its name begins with a dot, which no desktop reads.
func replace(name, content string) error {
	err := safefile.Disk{}.MkdirAll(filepath.Dir(name), 0o700)
	if err == nil {
		err = safefile.Replace(name, []byte(content), 0o644)
	}
	if err != nil {
		return fmt.Errorf("writing the autostart entry: %w", safefile.Cause(err))
	}
	return nil
}
