//go:build unix

package store

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/internal/safefile"
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

// A link to /dev/null is how some have no sign-in: only the link goes, and
// nothing is made beside its target.
func TestDeleteLeavesADevice(t *testing.T) {
	home, dev := files.TempDir(t), files.TempDir(t)
	must.Do(t, syscall.Mkfifo(filepath.Join(dev, "null"), 0o600))
	files.Symlink(t, filepath.Join(dev, "null"), filepath.Join(home, codex.AuthFile))
	if removed, err := open(t, home).Delete(kit.Context(t)); !removed || err != nil {
		t.Errorf("got %v, %v", removed, err)
	}
	if there := must.Get(os.ReadDir(dev))(t); len(there) != 1 || there[0].Name() != "null" {
		t.Errorf("beside the link's target there is now %v", there)
	}
}

func TestLoadOfASocket(t *testing.T) {
	home := files.TempDir(t)
	socket := must.Get(net.Listen("unix", filepath.Join(home, codex.AuthFile)))(t)
	defer func() { _ = socket.Close() }()
	var unreadable *auth.UnreadableError
	if _, err := open(t, home).Load(kit.Context(t)); !errors.As(err, &unreadable) || unreadable.What.Error() != "it is not a regular file" {
		t.Errorf("Load: %v", err)
	}
}

func TestRefreshLockLeavesNothingBesideADevice(t *testing.T) {
	for _, target := range []string{os.DevNull, t.TempDir()} {
		dir := files.TempDir(t)
		files.Symlink(t, target, filepath.Join(dir, "auth.json"))
		if _, err := RefreshLock(dir, safefile.Disk{}, time.Second)(t.Context()); !errors.Is(err, safefile.ErrNotRegular) {
			t.Errorf("%s: %v", target, err)
		}
		if _, err := os.Lstat(target + ".rekey.lock"); err == nil {
			t.Errorf("there is something beside %s: %v", target, os.Remove(target+".rekey.lock"))
		}
	}
}
