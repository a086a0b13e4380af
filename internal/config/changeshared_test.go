package config

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"rekey/internal/safefile"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

func TestChangeWaitsForTheLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	unlock := must.Get(safefile.TryLock(filepath.Join(filepath.Dir(path), ".config.toml.lock"), 0o600))(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Change(ctx, path, Set("keep_fresh", false)); !errors.Is(err, context.Canceled) {
		t.Errorf("Change with an ended context = %v", err)
	}
	changed := kit.Later(func() error { return Change(t.Context(), path, Set("keep_fresh", false)) })
	unlock()
	must.Do(t, <-changed)
}

// Changes at the same time are all made, and an editor that knows no lock loses
// nothing that it has written before one of them.
func TestChangesAtTheSameTime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.toml")
	var all sync.WaitGroup
	for _, e := range []Edit{
		Set("keep_fresh", false), Set("notifications", false), Set("sign_in", "device"), Set("log", "off"),
		Set("language", "en"), Set("codex", "/codex"), Set("hook", "/hook"), Set("homes", []string{"/a"}),
		Set("usage", "off"), Set("usage_alerts", []int{80}),
	} {
		all.Go(func() {
			if err := Change(t.Context(), path, e); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	want := Settings{Homes: []string{"/a"}, Usage: "off", UsageAlerts: []int{80}, SignIn: "device", Codex: "/codex", Language: "en", Log: LevelOff, Hook: "/hook", Stderr: LevelOff}
	if runtime.GOOS == "windows" {
		return // the paths are those of the other systems
	}
	if got, found := Load(path); !got.Equal(want) || found != nil {
		t.Errorf("%+v, %v, want %+v", got, found, want)
	}
	leftovers(t, filepath.Dir(path))
}

// leftovers finds files that should not be there.
func leftovers(t *testing.T, dir string) {
	t.Helper()
	entries := must.Get(os.ReadDir(dir))(t)
	for _, e := range entries {
		if name := e.Name(); name != "config.toml" && name != ".config.toml.lock" {
			t.Errorf("there is %s", name)
		}
	}
}

func TestReplaceLooksAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	put(t, path, "# an editor was here\n")
	done, err := replace(path, safefile.Content{Exists: true, Data: []byte("# before\n")}, []byte("# ours\n"))
	if done || err != nil {
		t.Errorf("replace = %t, %v", done, err)
	}
	if got := content(t, path); got != "# an editor was here\n" {
		t.Errorf("the file is %q", got)
	}
	leftovers(t, filepath.Dir(path))
}

// A reader that has the file open for a moment, which on Windows forbids that it
// is replaced, is waited for.
func TestChangeWhileTheFileIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	put(t, path, "keep_fresh = true\n")
	reader := must.Get(os.Open(path))(t)
	changed := kit.Later(func() error { return Change(t.Context(), path, Set("keep_fresh", false)) })
	for runtime.GOOS == "windows" { // until it is about to be replaced
		if fresh, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".config.toml-*")); err != nil || len(fresh) > 0 || len(changed) > 0 {
			break
		}
	}
	must.Do(t, reader.Close())
	must.Do(t, <-changed)
	if got := content(t, path); got != "keep_fresh = false\n" {
		t.Errorf("the file is %q", got)
	}
}
