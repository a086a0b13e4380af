package autostart

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// entryLimit bounds what is read: an entry has a few hundred bytes.
const entryLimit = 1 << 20

func readEntry(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // it is only read
	content, err := io.ReadAll(io.LimitReader(f, entryLimit))
	if err != nil {
		return "", fmt.Errorf("reading the autostart entry: %w", err)
	}
	return string(content), nil
}

// replace puts a file in place, complete or not at all, and makes its folder.
func replace(name, content string) error {
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	// The dot keeps the desktop from reading it meanwhile.
	f, err := os.CreateTemp(dir, ".rekey-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	if err := errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("writing the autostart entry: %w", err), os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
