package safefile

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

	"rekey/test/kit/child"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

func TestTryLockExcludes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.lock")
	unlock := must.Get(TryLock(path, 0o600))(t)
	if _, err := TryLock(path, 0o600); !errors.Is(err, ErrLocked) {
		t.Errorf("second lock: %v, want ErrLocked", err)
	}
	unlock()
	again := must.Get(TryLock(path, 0o600))(t)
	unlock() // must not free the lock of the next holder
	if _, err := TryLock(path, 0o600); !errors.Is(err, ErrLocked) {
		t.Errorf("after a second unlock: %v, want ErrLocked", err)
	}
	again()
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the lock file is gone: %v", err)
	}
}

func TestTryLockReportsTheFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := TryLock(filepath.Join(dir, "no", "a.lock"), 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing folder: %v", err)
	}
	if _, err := TryLock(dir, 0o600); err == nil || errors.Is(err, ErrLocked) {
		t.Errorf("a folder: %v", err)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.lock")
	unlock := must.Get(TryLock(path, 0o600))(t)
	defer unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := Lock(ctx, path, 0o600)
	if !errors.Is(err, ErrLocked) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want ErrLocked and DeadlineExceeded", err)
	}
}

func TestWaitPassesOnWhatIsNotBusy(t *testing.T) {
	none := Disk{Fault: func(op Op, _ string) error {
		if op == OpLock {
			return ErrNoLocks
		}
		return nil
	}}
	if _, err := none.Lock(t.Context(), filepath.Join(t.TempDir(), "x"), 0o600); !errors.Is(err, ErrNoLocks) {
		t.Errorf("error %v, want ErrNoLocks", err)
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
			child.Say("error: %v", err)
			return 1
		}
		data, _ := os.ReadFile(path)
		n, _ := strconv.Atoi(strings.TrimSpace(string(data)))
		err = os.WriteFile(path, []byte(strconv.Itoa(n+1)), 0o600)
		unlock()
		if err != nil {
			child.Say("error: %v", err)
			return 1
		}
	}
	child.Say("done")
	return 0
}

func TestTwoProcessesExcludeEachOther(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, b := child.Start(t, "count", dir), child.Start(t, "count", dir)
	for _, c := range []*child.Child{a, b} {
		if got := c.Line(); got != "done" {
			t.Fatal(got)
		}
	}
	if got, want := string(files.Read(t, filepath.Join(dir, "number"))), strconv.Itoa(2*countTo); got != want {
		t.Errorf("counted to %s, want %s", got, want)
	}
}

func TestMain(m *testing.M) {
	child.Main(m, map[string]func(dir string) int{
		"count": childCount,
	})
}
