//go:build unix

package safefile

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// createNew creates a new file. What root creates in another user's folder
// belongs to that user. The folder is kept open meanwhile, because its owner
// could replace it and so get a file elsewhere.
func (d Disk) createNew(path string, perm fs.FileMode) (*os.File, error) {
	if err := d.fails(OpCreate, path); err != nil {
		return nil, err
	}
	if os.Geteuid() != 0 {
		return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	const flags = unix.O_RDWR | unix.O_CREAT | unix.O_EXCL | unix.O_CLOEXEC
	fd, err := unix.Openat(int(dir.Fd()), filepath.Base(path), flags, uint32(perm.Perm()))
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	f := os.NewFile(uintptr(fd), path)
	if err := d.giveTo(f, dir); err != nil {
		_ = f.Close()
		_ = unix.Unlinkat(int(dir.Fd()), filepath.Base(path), 0)
		return nil, err
	}
	return f, nil
}

// mkdir creates a folder. What root creates belongs to the owner of the parent.
func (d Disk) mkdir(path string, perm fs.FileMode) error {
	if err := d.fails(OpCreate, path); err != nil {
		return err
	}
	if os.Geteuid() != 0 {
		return os.Mkdir(path, perm)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	name := filepath.Base(path)
	if err := unix.Mkdirat(int(dir.Fd()), name, uint32(perm.Perm())); err != nil {
		return &fs.PathError{Op: "mkdir", Path: path, Err: err}
	}
	fd, err := unix.Openat(int(dir.Fd()), name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return &fs.PathError{Op: "open", Path: path, Err: err}
	}
	made := os.NewFile(uintptr(fd), path)
	defer func() { _ = made.Close() }()
	return d.giveTo(made, dir)
}

// giveTo gives a file the owner and group of another.
func (d Disk) giveTo(f, like *os.File) error {
	info, err := like.Stat()
	if err != nil {
		return err
	}
	return d.own(f, info)
}

// own gives a file the owner and the group of what info describes. Failing to
// set the group is ignored, because the group has no permissions.
func (d Disk) own(f *os.File, info fs.FileInfo) error {
	want, ok := info.Sys().(*syscall.Stat_t)
	var has unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &has); err != nil || !ok || has.Uid == want.Uid && has.Gid == want.Gid {
		return err
	}
	err := d.fails(OpOwner, f.Name())
	if err == nil {
		err = unix.Fchown(int(f.Fd()), int(want.Uid), int(want.Gid))
	}
	if err != nil && has.Uid != want.Uid {
		return fmt.Errorf("%w: %w", ErrOwner, err)
	}
	return nil
}

// ownedByUser reports whether a file belongs to the user of this process.
func ownedByUser(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}

// sameOwner reports whether two files belong to one user.
func sameOwner(a, b fs.FileInfo) bool {
	x, ok := a.Sys().(*syscall.Stat_t)
	y, also := b.Sys().(*syscall.Stat_t)
	return ok && also && x.Uid == y.Uid
}

// trusted reports whether a folder can hold private files: it belongs to the
// user or, for root, to the owner of its parent.
func trusted(dir string, info fs.FileInfo) bool {
	if ownedByUser(info) {
		return true
	}
	above, err := os.Stat(filepath.Dir(dir))
	return os.Geteuid() == 0 && err == nil && sameOwner(info, above)
}

// sticky reports whether a folder keeps this user from renaming a file in it.
func sticky(path string, info fs.FileInfo) bool {
	dir, err := os.Stat(filepath.Dir(path))
	return err == nil && dir.Mode()&fs.ModeSticky != 0 && os.Geteuid() != 0 && !ownedByUser(dir) && !ownedByUser(info)
}
