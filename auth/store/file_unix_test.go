//go:build unix

package store

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// Codex waits for ever for a writer.
func TestLoadOfAPipeDoesNotWait(t *testing.T) {
	home := files.TempDir(t)
	must.Do(t, syscall.Mkfifo(filepath.Join(home, codex.AuthFile), 0o600))
	s := open(t, home)
	var unreadable *auth.UnreadableError
	if _, err := s.Load(kit.Context(t)); !errors.As(err, &unreadable) || unreadable.What.Error() != "it is not a regular file" {
		t.Errorf("Load: %v", err)
	}
	if err := s.Update(kit.Context(t), put(kit.Parsed(t, kit.SignIn("r")))); !errors.As(err, &unreadable) {
		t.Errorf("Update: %v", err)
	}
}
