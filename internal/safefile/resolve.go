package safefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"rekey/internal/fault"
)

// maxLinks bounds chains of symbolic links, as Linux does.
const maxLinks = 40

// Resolve follows every symbolic link in an absolute path. Unlike
// filepath.EvalSymlinks it accepts missing files, and follows a dangling link
// to where its target would be.
func Resolve(path string) (string, error) {
	return resolveWithin(path, maxLinks)
}

func resolveWithin(path string, links int) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return real, err
	}
	if links == 0 {
		return "", fault.New("many_links", "too many symbolic links: {{.Where}}", "Where", path)
	}
	parent := filepath.Dir(path)
	if parent == path {
		return path, nil
	}
	if parent, err = resolveWithin(parent, links-1); err != nil {
		return "", err
	}
	path = filepath.Join(parent, filepath.Base(path))
	target, err := os.Readlink(path)
	switch {
	case err != nil:
		return path, nil // not a link, or missing
	case filepath.IsAbs(target):
		return resolveWithin(target, links-1)
	}
	return resolveWithin(filepath.Join(parent, target), links-1)
}

// nearest returns a folder or its nearest existing parent.
func nearest(dir string) string {
	for {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) || filepath.Dir(dir) == dir {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}
