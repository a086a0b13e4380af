package safefile

import (
	"io/fs"
	"os"
)

// createNew creates a new file.
func (d Disk) createNew(path string, perm fs.FileMode) (*os.File, error) {
	if err := d.fails(OpCreate, path); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
}

// mkdir creates a folder.
func (d Disk) mkdir(path string, perm fs.FileMode) error {
	if err := d.fails(OpCreate, path); err != nil {
		return err
	}
	return os.Mkdir(path, perm)
}

// own has nothing to do: access lists are inherited from the folder.
func (d Disk) own(*os.File, fs.FileInfo) error { return nil }

// trusted relies on the access list of the user's profile.
func trusted(string, fs.FileInfo) bool { return true }

// sticky is always false: Windows has no sticky folders.
func sticky(string, fs.FileInfo) bool { return false }
