//go:build !linux && !darwin

package safefile

import "errors"

// exchange is not supported on this system: the caller renames.
func exchange(string, string) error { return errors.ErrUnsupported }

// renameNew is not supported on this system: the caller renames.
func renameNew(string, string) error { return errors.ErrUnsupported }
