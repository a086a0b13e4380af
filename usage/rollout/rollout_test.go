package rollout

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"

	"rekey/test/kit/must"
	"rekey/watcher"
)

// line is what Codex writes about a limit.
func line(at time.Time, limit string, percent int) string {
	return fmt.Sprintf(`{"timestamp":%q,"type":"event_msg","payload":{"type":"token_count","rate_limits":{"limit_id":%q,"primary":{"used_percent":%d,"window_minutes":300}}}}`+"\n",
		at.Format(time.RFC3339Nano), limit, percent)
}

// write writes a session file of a day.
func write(t *testing.T, home, day, name, text string) {
	t.Helper()
	dir := filepath.Join(home, "sessions", filepath.FromSlash(day))
	must.Do(t, os.MkdirAll(dir, 0o700))
	must.Do(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
}

// told is what Read finds, as "limit percent".
func told(home string, since time.Time) (list []string) {
	for _, x := range Read(home, since) {
		list = append(list, fmt.Sprintf("%s %v", x.Windows[0].Limit, *x.Windows[0].UsedPercent))
	}
	return list
}

func TestRead(t *testing.T) {
	home, now := t.TempDir(), time.Now()
	want := func(what, want string) {
		t.Helper()
		if got := strings.Join(told(home, now.Add(-time.Hour)), ", "); got != want {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
	want("no sessions", "")
	write(t, home, "2026/11/27", "a.jsonl", line(now.Add(-10*time.Minute), "codex", 10)+line(now.Add(-5*time.Minute), "codex_spark", 70)+line(now.Add(-3*time.Minute), "codex", 12)+
		`{"type":"event_msg","payload":{"type":"agent_message","message":"token_count"}}`+"\n"+`{"half":`)
	want("the newest of each limit", "codex_spark 70, codex 12")
	write(t, home, "2026/11/28", "b.jsonl", strings.Repeat("x", 2*tail)+"\n"+line(now.Add(-time.Minute), "codex", 13))
	want("another day's", "codex_spark 70, codex 12, codex 13")
	write(t, home, "2026/11/28", "b.jsonl", line(now.Add(-2*time.Hour), "codex", 14))
	want("before", "codex_spark 70, codex 12")
	write(t, home, "2026/11/28", "b.jsonl", line(now.Add(-time.Minute), "codex", 15)+strings.Repeat("x", 2*tail))
	want("too far from the end", "codex_spark 70, codex 12")
	must.Do(t, os.Mkdir(filepath.Join(home, "sessions", "2026", "11", "28", "c.jsonl"), 0o700))
	want("a folder in a file's place", "codex_spark 70, codex 12")
}

// TestFollow: a line in a new file of a new day is told, whatever was there
// before, also where the system sends no events.
func TestFollow(t *testing.T) {
	t.Parallel()
	for name, follow := range map[string]func(ctx context.Context, home string, changed func()){
		"with events": func(ctx context.Context, home string, changed func()) {
			Follow(ctx, home, 20*time.Millisecond, changed)
		},
		"without": func(ctx context.Context, home string, changed func()) {
			follow(ctx, nil, home, time.Hour, 20*time.Millisecond, changed)
		},
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); testFollow(t, follow) })
	}
}

// TestFollowGoesOn: where the system sends no more events, changes are reported at
// intervals.
func TestFollowGoesOn(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	w := must.Get(watcher.OpenFolders())(t)
	reports := 0
	follow(ctx, w, t.TempDir(), time.Millisecond, time.Millisecond, func() {
		switch reports++; reports {
		case 1:
			w.Close()
		case 5:
			cancel()
		}
	})
	if reports < 5 { // one more may come where its time and the end do together
		t.Errorf("it reports %d changes", reports)
	}
}

// TestOnlySessionsMatter: of what happens in the home itself, only that its sessions
// come does.
func TestOnlySessionsMatter(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"/home/ada/.codex/state.sqlite": false, "/home/ada/.codex/sessions": true, "/home/ada/.codex/sessions/2026": true,
	} {
		if got := matters(fsnotify.Event{Name: name}, "/home/ada/.codex/"); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func testFollow(t *testing.T, follow func(ctx context.Context, home string, changed func())) {
	home := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	changed, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		follow(ctx, home, func() {
			select {
			case changed <- struct{}{}:
			case <-ctx.Done():
			}
		})
	}()
	defer func() { cancel(); <-done }()
	await := func(want string) {
		t.Helper()
		for n := 0; ; n++ {
			if got := strings.Join(told(home, time.Time{}), ", "); got == want && n > 0 {
				return
			}
			select {
			case <-changed:
			case <-ctx.Done():
				t.Fatalf("never told of %s", want)
			}
		}
	}
	write(t, home, "2026/11/27", "a.jsonl", line(time.Now(), "codex", 1))
	await("codex 1")
	write(t, home, "2026/11/28", "b.jsonl", line(time.Now(), "codex", 2))
	await("codex 1, codex 2")
	write(t, home, "2026/11/28", "b.jsonl", line(time.Now(), "codex", 3))
	await("codex 1, codex 3")
}
