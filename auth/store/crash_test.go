package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/test/kit"
	"rekey/test/kit/child"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// childRewrite replaces the sign-in as fast as it can, each time with the next
// number as refresh token.
func childRewrite(home string) int {
	s, err := Open(home, codex.Config{Store: codex.StoreFile}, Options{})
	if err != nil {
		child.Say("error: %v", err)
		return 1
	}
	for n := 0; ; n++ {
		refresh := auth.NewSecret(fmt.Sprintf("n-%d-%s", n, strings.Repeat("x", 5000)))
		err := s.Update(context.Background(), func(current *auth.Snapshot) (*auth.Snapshot, error) {
			return current.WithTokens(auth.TokenResponse{RefreshToken: &refresh}, time.Now())
		})
		if err != nil {
			child.Say("error: %v", err)
			return 1
		}
		child.Say("%d", n)
	}
}

// updates is how often each of two processes replaces one file.
const updates = 60

// childIncrement adds one to the number that is the refresh token.
func childIncrement(home string) int {
	s, err := Open(home, codex.Config{Store: codex.StoreFile}, Options{})
	if err != nil {
		child.Say("error: %v", err)
		return 1
	}
	for range updates {
		err := s.Update(context.Background(), func(current *auth.Snapshot) (*auth.Snapshot, error) {
			n, err := strconv.Atoi(current.RefreshToken().Reveal())
			if err != nil {
				return nil, err
			}
			refresh := auth.NewSecret(strconv.Itoa(n + 1))
			return current.WithTokens(auth.TokenResponse{RefreshToken: &refresh}, time.Now())
		})
		if err != nil {
			child.Say("error: %v", err)
			return 1
		}
	}
	child.Say("done")
	return 0
}

// Two processes, each through its own link to one sign-in, so that they share
// only the lock beside the file.
func TestTwoProcessesLoseNoUpdate(t *testing.T) {
	t.Parallel()
	dir := files.TempDir(t)
	files.Write(t, filepath.Join(dir, "real.json"), kit.SignIn("0"))
	var writers []*child.Child
	for _, name := range []string{"a", "b"} {
		home := filepath.Join(dir, name)
		files.Mkdir(t, home)
		files.Symlink(t, "../real.json", filepath.Join(home, codex.AuthFile))
		writers = append(writers, child.Start(t, "increment", home))
	}
	for _, w := range writers {
		if got := w.Line(); got != "done" {
			t.Fatal(got)
		}
	}
	s := kit.Parsed(t, files.Read(t, filepath.Join(dir, "real.json")))
	if got, want := s.RefreshToken().Reveal(), strconv.Itoa(2*updates); got != want {
		t.Errorf("counted to %s, want %s", got, want)
	}
}

// A writer that is killed at any moment leaves the old content or the new, no
// lock, and nothing that disturbs the next writer.
func TestKilledWriterLeavesOldOrNew(t *testing.T) {
	t.Parallel()
	home := files.TempDir(t)
	path := filepath.Join(home, codex.AuthFile)
	files.Write(t, path, kit.SignIn("first"))
	for round := range 25 {
		writer := child.Start(t, "rewrite", home)
		last := -1
		for range 1 + round%4 {
			must.Get(fmt.Sscan(writer.Line(), &last))(t)
		}
		writer.Kill()
		var n int
		s := kit.Parsed(t, files.Read(t, path))
		if _, err := fmt.Sscanf(s.RefreshToken().Reveal(), "n-%d-", &n); err != nil || n < last {
			t.Fatalf("round %d: found number %d (%v), %d had been written", round, n, err, last)
		}
	}
	for _, stale := range leftovers(t, home) {
		old := time.Now().Add(-2 * time.Minute)
		must.Do(t, os.Chtimes(stale, old, old))
	}
	if err := open(t, home).Update(kit.Context(t), put(kit.Parsed(t, kit.SignIn("after")))); err != nil {
		t.Errorf("the next writer: %v", err)
	}
	nothingLeft(t, home)
}
