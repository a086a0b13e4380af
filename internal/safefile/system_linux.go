package safefile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// exchange swaps two names in one step; errors.ErrUnsupported where the
// filesystem or the kernel cannot.
func exchange(a, b string) error { return renameat2(a, b, unix.RENAME_EXCHANGE) }

// renameNew renames without replacing: fs.ErrExist when the new name is taken,
// errors.ErrUnsupported where the filesystem or the kernel cannot tell.
func renameNew(from, to string) error { return renameat2(from, to, unix.RENAME_NOREPLACE) }

func renameat2(from, to string, flags uint) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, flags)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.ENOTSUP):
		return fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
}

// mountPoint reports whether a file is a mount point of its own. Linux reports
// that since 5.8; before, only a file of another file system is recognized.
func mountPoint(path string) bool {
	var st unix.Statx_t
	if unix.Statx(unix.AT_FDCWD, path, unix.AT_NO_AUTOMOUNT, unix.STATX_BASIC_STATS, &st) != nil {
		return false
	}
	if st.Attributes_mask&unix.STATX_ATTR_MOUNT_ROOT != 0 {
		return st.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0
	}
	var dir unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, filepath.Dir(path), unix.AT_NO_AUTOMOUNT, unix.STATX_BASIC_STATS, &dir)
	return err == nil && (st.Dev_major != dir.Dev_major || st.Dev_minor != dir.Dev_minor)
}

// endless reports whether an open file is the kernel's own, such as
// /proc/kmsg: it looks like a regular file, but reading it can wait forever.
func endless(f *os.File) bool {
	var st unix.Statfs_t
	return unix.Fstatfs(int(f.Fd()), &st) == nil && (st.Type == unix.PROC_SUPER_MAGIC || st.Type == unix.TRACEFS_MAGIC)
}

// allocate reserves disk space for size bytes in an open file without changing
// its content or length. It ignores filesystems that cannot do it: there only
// the escrow is certain.
func allocate(f *os.File, size int64) error {
	err := unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_KEEP_SIZE, 0, size)
	if errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EINTR) {
		return nil
	}
	return err
}
