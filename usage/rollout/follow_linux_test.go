package rollout

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/watcher"
)

// TestFollowAfterLostEvents: the system's queue runs over with what does not matter,
// so that the event of the first session is lost; it is told all the same.
func TestFollowAfterLostEvents(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	reports := 0
	Follow(ctx, home, time.Millisecond, func() {
		switch reports++; {
		case reports == 1: // nobody receives events until this returns
			fillQueue(t, home)
			write(t, home, "2026/11/27", "a.jsonl", line(time.Now(), "codex", 1))
		case strings.Join(told(home, time.Time{}), ", ") == "codex 1":
			cancel()
		}
	})
	if reports < 2 {
		t.Error("what was lost is not told")
	}
}

// TestUnreadableSessions: another user's folders do not have ours read every minute.
func TestUnreadableSessions(t *testing.T) {
	home := t.TempDir()
	write(t, home, "2026/11/27", "a.jsonl", "")
	w := must.Get(watcher.OpenFolders())(t)
	defer w.Close()
	armed := make(chan bool)
	for _, dir := range []string{"sessions/2026/11/27", "sessions/2026", "sessions"} {
		dir := filepath.Join(home, dir)
		must.Do(t, os.Chmod(dir, 0))
		go func() {
			runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
			if err := powerless(); err != nil {
				t.Error(err)
			}
			_, err := os.ReadDir(dir)
			armed <- arm(w, home) && errors.Is(err, fs.ErrPermission)
		}()
		if !<-armed {
			t.Errorf("with %s closed, not all is watched", dir)
		}
		must.Do(t, os.Chmod(dir, 0o700))
	}
}

// powerless takes root's right to read everything from this thread.
func powerless() error {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var has [2]unix.CapUserData
	if err := unix.Capget(&head, &has[0]); err != nil {
		return err
	}
	has[0].Effective &^= 1<<unix.CAP_DAC_OVERRIDE | 1<<unix.CAP_DAC_READ_SEARCH
	return unix.Capset(&head, &has[0])
}

// fillQueue makes more events in dir than the kernel and our reader keep together.
// The kernel folds an event into the one before it if they are equal, so there are
// two names.
func fillQueue(t *testing.T, dir string) {
	t.Helper()
	size := must.Get(strconv.Atoi(strings.TrimSpace(string(must.Get(os.ReadFile("/proc/sys/fs/inotify/max_queued_events"))(t)))))(t)
	if size > 200_000 {
		kit.Missing(t, fmt.Sprintf("an inotify queue that can be filled: it has room for %d", size))
	}
	names := []string{filepath.Join(dir, "one"), filepath.Join(dir, "two")}
	for i := range size + 2048 {
		if i < len(names) {
			must.Do(t, os.WriteFile(names[i], nil, 0o600))
		}
		must.Do(t, os.Chmod(names[i%2], 0o600))
	}
}
