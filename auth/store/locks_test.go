package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rekey/internal/safefile"
	"rekey/test/kit"
	"rekey/test/kit/child"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

func childHoldLock(dir string) int {
	if _, err := safefile.TryLock(filepath.Join(dir, "auth.json.rekey.lock"), 0o600); err != nil {
		child.Say("error: %v", err)
		return 1
	}
	child.Say("held")
	<-time.After(time.Hour) // until it is killed
	return 0
}

func TestRefreshLockIsFreedByDeath(t *testing.T) {
	dir := files.TempDir(t)
	holder := child.Start(t, "hold-lock", dir)
	if got := holder.Line(); got != "held" {
		t.Fatal(got)
	}
	if _, err := RefreshLock(dir, safefile.Disk{}, 20*time.Millisecond)(t.Context()); !errors.Is(err, safefile.ErrLocked) {
		t.Fatalf("while held: %v, want safefile.ErrLocked", err)
	}
	holder.Kill()
	unlock := must.Get(RefreshLock(dir, safefile.Disk{}, 10*time.Second)(t.Context()))(t)
	unlock()
}

func TestRefreshLockIsSharedByLinkedHomes(t *testing.T) {
	dir := files.TempDir(t)
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	files.Mkdir(t, a, b)
	files.Symlink(t, "../a/auth.json", filepath.Join(b, "auth.json"))
	unlock := must.Get(RefreshLock(a, safefile.Disk{}, time.Second)(t.Context()))(t)
	defer unlock()
	if _, err := RefreshLock(b, safefile.Disk{}, 20*time.Millisecond)(t.Context()); !errors.Is(err, safefile.ErrLocked) {
		t.Errorf("the other home: %v, want safefile.ErrLocked", err)
	}
}

func TestRefreshLockWithoutLocks(t *testing.T) {
	if _, err := RefreshLock(t.TempDir(), withoutLocks(), time.Second)(t.Context()); !errors.Is(err, safefile.ErrNoLocks) {
		t.Errorf("error %v, want ErrNoLocks", err)
	}
}

func TestMain(m *testing.M) {
	if !child.Is() {
		os.Exit(kit.Main(m))
	}
	child.Main(m, map[string]func(dir string) int{
		"hold-lock": childHoldLock,
		"rewrite":   childRewrite,
		"increment": childIncrement,
	})
}
