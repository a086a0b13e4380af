package safefile

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// exchange swaps two names in one step; errors.ErrUnsupported where the
// filesystem cannot.
func exchange(a, b string) error { return renamex(a, b, unix.RENAME_SWAP) }

// renameNew renames without replacing: fs.ErrExist when the new name is taken,
// errors.ErrUnsupported where the filesystem cannot tell.
func renameNew(from, to string) error { return renamex(from, to, unix.RENAME_EXCL) }

func renamex(from, to string, flags uint32) error {
	err := unix.RenamexNp(from, to, flags)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.ENOTSUP):
		return fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
}
