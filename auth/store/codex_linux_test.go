package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rekey/auth/codex"
	"rekey/internal/safefile"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// Rekey's lock is Codex's: while it is held, Codex waits and changes nothing.
func TestCodexWaitsForRekeysLock(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/locks"); err != nil {
		kit.Missing(t, "/proc/locks, which shows who waits for a lock")
	}
	home := files.TempDir(t)
	c := newCodex(t, home)
	c.configure("")
	path := filepath.Join(home, codex.AuthFile)
	files.Write(t, path, kit.SignIn("r"))
	unlock := must.Get(safefile.TryLock(filepath.Join(home, "auth.lock"), 0o666))(t)
	defer unlock()
	done := make(chan error)
	go func() { done <- c.command("logout").Run() }()
	waitForLockQueue(t, filepath.Join(home, "auth.lock"))
	if _, err := os.Stat(path); err != nil {
		t.Errorf("Codex did not wait: %v", err)
	}
	unlock()
	must.Do(t, <-done)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Codex did not go on: %v", err)
	}
}

// waitForLockQueue waits until a process is blocked on a lock file.
func waitForLockQueue(t *testing.T, path string) {
	t.Helper()
	info := must.Get(os.Stat(path))(t)
	inode := fmt.Sprintf(":%d ", info.Sys().(*syscall.Stat_t).Ino)
	kit.Eventually(t, "a process that waits for the lock", func() bool {
		for line := range strings.Lines(string(files.Read(t, "/proc/locks"))) {
			if strings.Contains(line, "-> FLOCK") && strings.Contains(line, inode) {
				return true
			}
		}
		return false
	})
}
