package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestTryLockExcludes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.lock")
	unlock, err := TryLock(path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := TryLock(path, 0o600); !errors.Is(err, ErrLockBusy) {
		t.Errorf("second lock: %v, want ErrLockBusy", err)
	}
	unlock()
	again, err := TryLock(path, 0o600)
	if err != nil {
		t.Fatalf("after unlock: %v", err)
	}
	unlock() // must not free the lock of the next holder
	if _, err := TryLock(path, 0o600); !errors.Is(err, ErrLockBusy) {
		t.Errorf("after a second unlock: %v, want ErrLockBusy", err)
	}
	again()
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the lock file is gone: %v", err)
	}
}

func TestTryLockReportsTheFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := TryLock(filepath.Join(dir, "no", "a.lock"), 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing folder: %v", err)
	}
	if _, err := TryLock(dir, 0o600); err == nil || errors.Is(err, ErrLockBusy) {
		t.Errorf("a folder: %v", err)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.lock")
	unlock, err := TryLock(path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = Lock(ctx, path, 0o600)
	if !errors.Is(err, ErrLockBusy) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want ErrLockBusy and DeadlineExceeded", err)
	}
}

func TestWaitPassesOnWhatIsNotBusy(t *testing.T) {
	t.Parallel()
	none := Locker(func(string, fs.FileMode) (func(), error) { return nil, ErrNoLocks })
	if _, err := none.Wait(t.Context(), "x", 0o600); !errors.Is(err, ErrNoLocks) {
		t.Errorf("error %v, want ErrNoLocks", err)
	}
	if _, err := RefreshLock(t.TempDir(), none, time.Second)(t.Context()); !errors.Is(err, ErrNoLocks) {
		t.Errorf("RefreshLock: %v, want ErrNoLocks", err)
	}
}

func childHoldLock(dir string) int {
	if _, err := TryLock(filepath.Join(dir, "auth.json.rekey.lock"), 0o600); err != nil {
		say("error: %v", err)
		return 1
	}
	say("held")
	select {} // until it is killed
}

func TestRefreshLockIsFreedByDeath(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	holder := startChild(t, "hold-lock", dir)
	if got := holder.line(); got != "held" {
		t.Fatal(got)
	}
	if _, err := RefreshLock(dir, nil, 20*time.Millisecond)(t.Context()); !errors.Is(err, ErrLockBusy) {
		t.Fatalf("while held: %v, want ErrLockBusy", err)
	}
	holder.kill()
	unlock, err := RefreshLock(dir, nil, 10*time.Second)(t.Context())
	if err != nil {
		t.Fatalf("after the holder's death: %v", err)
	}
	unlock()
}

func TestRefreshLockIsSharedByLinkedHomes(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	mkdir(t, a, b)
	symlink(t, "../a/auth.json", filepath.Join(b, "auth.json"))
	unlock, err := RefreshLock(a, nil, time.Second)(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if _, err := RefreshLock(b, nil, 20*time.Millisecond)(t.Context()); !errors.Is(err, ErrLockBusy) {
		t.Errorf("the other home: %v, want ErrLockBusy", err)
	}
}

// countTo is how far each of two processes counts in one file.
const countTo = 200

// childCount adds one to a number in a file, again and again, without any
// care but the lock's.
func childCount(dir string) int {
	path := filepath.Join(dir, "number")
	for range countTo {
		unlock, err := Lock(context.Background(), path+".lock", 0o600)
		if err != nil {
			say("error: %v", err)
			return 1
		}
		data, _ := os.ReadFile(path)
		n, _ := strconv.Atoi(strings.TrimSpace(string(data)))
		err = os.WriteFile(path, []byte(strconv.Itoa(n+1)), 0o600)
		unlock()
		if err != nil {
			say("error: %v", err)
			return 1
		}
	}
	say("done")
	return 0
}

func TestTwoProcessesExcludeEachOther(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, b := startChild(t, "count", dir), startChild(t, "count", dir)
	for _, c := range []*child{a, b} {
		if got := c.line(); got != "done" {
			t.Fatal(got)
		}
	}
	if got, want := string(read(t, filepath.Join(dir, "number"))), strconv.Itoa(2*countTo); got != want {
		t.Errorf("counted to %s, want %s", got, want)
	}
}
