//go:build !linux && !darwin

package safefile

import "errors"

// exchange is not to be had here: the caller renames.
func exchange(string, string) error { return errors.ErrUnsupported }

// renameNew is not to be had here: the caller renames.
func renameNew(string, string) error { return errors.ErrUnsupported }
