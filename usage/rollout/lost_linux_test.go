package rollout

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"rekey/test/kit"
	"rekey/test/kit/must"
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
