package safefile

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rekey/internal/fault"
)

// OwnFolder makes sure that dir is a folder that only this user may enter, in a
// folder that no other user can write to. It creates either, and takes permissions
// of others away.
func (d Disk) OwnFolder(dir string) error {
	above := filepath.Dir(dir)
	if err := d.MkdirAll(above, 0o700); err != nil {
		return InFolder(above, err)
	}
	if err := fenced(above); err != nil {
		return err
	}
	if err := d.MkdirAll(dir, 0o700); err != nil {
		return InFolder(dir, err)
	}
	mode, err := ownFolder(dir)
	switch {
	case err != nil:
		return err
	case mode&0o077 != 0:
		return os.Chmod(dir, 0o700)
	}
	return nil
}

// PrivateFolder says why dir is not a folder that only this user may enter, or
// returns nil. It changes nothing.
func PrivateFolder(dir string) error {
	mode, err := ownFolder(dir)
	if err == nil && mode&0o077 != 0 {
		err = fault.New("open_to_others", "{{.Where}} is open to other users (mode {{.Mode}}); make it 0700",
			"Where", dir, "Mode", fmt.Sprintf("%04o", mode))
	}
	return err
}

// InFolder returns err as an error about a folder.
func InFolder(dir string, err error) error {
	return fault.New("folder", "the folder {{.Where}}: {{.Why}}", "Where", dir, "Why", Cause(err))
}

// ownFolder returns the permissions of a folder, if it is one, no link, and this
// user's.
func ownFolder(dir string) (fs.FileMode, error) {
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
		return 0, InFolder(dir, err)
	case !info.IsDir():
		return 0, fault.New("not_folder", "{{.Where}} is not a folder", "Where", dir)
	case !trusted(dir, info):
		return 0, foreign(dir)
	}
	return info.Mode().Perm(), nil
}

// fenced makes sure that other users cannot change a folder's content, or says why
// they could.
func fenced(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return InFolder(dir, err)
	}
	const others = 0o022
	open := info.Mode().Perm()&others != 0 && info.Mode()&fs.ModeSticky == 0
	if !open {
		return nil
	}
	if !trusted(dir, info) {
		return foreign(dir)
	}
	return os.Chmod(dir, info.Mode().Perm()&^others)
}

// foreign is the error for another user's folder.
func foreign(dir string) error {
	return fault.New("other_owner", "{{.Where}} belongs to another user", "Where", dir)
}
