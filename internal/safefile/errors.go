package safefile

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"rekey/internal/fault"
)

// Errors about a file besides the system's own, each one clause.
var (
	// ErrLocked means that another process, or this one, holds the lock.
	ErrLocked = fault.New("lock_busy", "another process holds the lock")
	// ErrNoLocks means that the filesystem has no file locks.
	ErrNoLocks = fault.New("no_locks", "the filesystem has no file locks")
	// ErrTooLarge is wrapped by an error that names the limit.
	ErrTooLarge   = fault.New("too_large", "it is too large")
	ErrIsFolder   = fault.New("is_folder", "it is a folder")
	ErrNotFolder  = fault.New("no_folder", "it is not a folder")
	ErrNotRegular = fault.New("not_regular", "it is not a regular file")
	// ErrHardLink: replacing a file that has a second name would leave the old
	// content under that name. Codex refuses this too.
	ErrHardLink = fault.New("hard_link", "the file has a second name (hard link)")
	// ErrReadOnly: the file has no write permission at all. Codex refuses this too.
	ErrReadOnly = fault.New("read_only", "the file is read-only")
	// ErrOwner: root would change the owner of the file.
	ErrOwner = fault.New("owner_lost", "it belongs to another user, and saving it would change that")
	// ErrInUse means that another program has the file open and, on Windows,
	// prevents its replacement.
	ErrInUse = fault.New("in_use", "another program has it open")
	// ErrForeign means that another program's content could not be put back.
	ErrForeign = fault.New("foreign_content", "another program's content could not be put back")
	// ErrRestless means that the content kept changing.
	ErrRestless = fault.New("restless", "it keeps changing")
)

// tooLarge is ErrTooLarge with its limit, in bytes.
func tooLarge(limit int64) error {
	return clause{fault.New("too_big", "it is larger than {{.Limit}}", "Limit", fmt.Sprintf("%d MiB", limit>>20)), ErrTooLarge}
}

// Reason returns the Cause for a file that cannot be read, always one clause.
func Reason(err error) error {
	var coded fault.Coded
	if c := Cause(err); c != err || errors.As(c, &coded) { //nolint:errorlint // the very same
		return c
	}
	return clause{errUnopened, err}
}

// errUnopened replaces other errors of the system.
var errUnopened = fault.New("cannot_open", "it cannot be opened")

// Cause returns err without paths and operations: one clause, with a code if
// there is one. errors.Is gives the same results as for err. An error that is
// not about a file is returned as it is.
func Cause(err error) error {
	var coded fault.Coded
	var number syscall.Errno
	switch {
	case err == nil:
		return nil
	case errors.As(err, &coded):
		return coded
	case errors.Is(err, fs.ErrPermission):
		return clause{fault.New("permission", "permission denied"), err}
	case errors.Is(err, syscall.ELOOP):
		return clause{fault.New("link_loop", "it is a symbolic link that leads back to itself"), err}
	case errors.Is(err, syscall.ENXIO):
		return clause{ErrNotRegular, err} // a socket
	case errors.Is(err, syscall.EISDIR):
		return clause{ErrIsFolder, err}
	case errors.Is(err, syscall.ENOTDIR):
		return clause{fault.New("bad_folder", "a part of its path is not a folder"), err}
	case errors.As(err, &number):
		return number
	}
	return err
}

// clause is an error with a text of our own.
type clause struct {
	*fault.Fault
	err error
}

// Unwrap returns the error.
func (c clause) Unwrap() error { return c.err }
