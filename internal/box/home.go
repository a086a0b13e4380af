package box

import (
	"fmt"
	"os"
	"path/filepath"
)

// Home is a virtual Codex home in a directory of its own. Its methods write
// as other programs do, without any lock, so that a test can play the other
// program.
type Home struct{ dir string }

// NewHome returns the Codex home in dir, creating the folder if necessary.
func NewHome(dir string) (*Home, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("cannot create a Codex home: %w", err)
	}
	return &Home{dir: dir}, nil
}

// Dir returns the directory, the value for $CODEX_HOME.
func (h *Home) Dir() string { return h.dir }

// AuthPath is where the sign-in lives.
func (h *Home) AuthPath() string { return filepath.Join(h.dir, "auth.json") }

// Write writes auth.json in place, truncating it first: a reader can see half
// of it, as with Codex before version 0.169.
func (h *Home) Write(authJSON []byte) error {
	if err := os.WriteFile(h.AuthPath(), authJSON, 0o600); err != nil {
		return fmt.Errorf("cannot write the sign-in: %w", err)
	}
	return nil
}

// Replace puts a new file in auth.json's place by renaming it, as Codex does:
// a reader sees the old content or the new.
func (h *Home) Replace(authJSON []byte) error {
	f, err := os.CreateTemp(h.dir, ".auth-*") // mode 0600
	if err != nil {
		return fmt.Errorf("cannot replace the sign-in: %w", err)
	}
	_, err = f.Write(authJSON)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), h.AuthPath())
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("cannot replace the sign-in: %w", err)
	}
	return nil
}

// Delete removes auth.json. It is an error, fs.ErrNotExist, when there is none.
func (h *Home) Delete() error {
	if err := os.Remove(h.AuthPath()); err != nil {
		return fmt.Errorf("cannot delete the sign-in: %w", err)
	}
	return nil
}

// Read returns the content of auth.json. It is an error, fs.ErrNotExist, when
// there is none.
func (h *Home) Read() ([]byte, error) {
	content, err := os.ReadFile(h.AuthPath())
	if err != nil {
		return nil, fmt.Errorf("cannot read the sign-in: %w", err)
	}
	return content, nil
}

// WriteConfig writes config.toml.
func (h *Home) WriteConfig(toml string) error {
	if err := os.WriteFile(filepath.Join(h.dir, "config.toml"), []byte(toml), 0o600); err != nil {
		return fmt.Errorf("cannot write the configuration: %w", err)
	}
	return nil
}
