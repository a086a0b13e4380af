package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"rekey/auth"
)

// temp is a new content for dir.
func temp(t *testing.T, dir, data string) *tempFile {
	t.Helper()
	f, err := writeTemp(dir, tempPrefix, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.discard)
	return f
}

func TestSwapIn(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		missing(t, "a system call that exchanges two names")
	}
	tests := []struct {
		name     string
		seen     content
		now      string // what the file holds when it comes to renaming, "" for nothing
		replaced bool
	}{
		{"as seen", content{true, []byte("seen")}, "seen", true},
		{"absent as seen", content{}, "", true},
		{"changed in between", content{true, []byte("seen")}, "foreign", false},
		{"deleted in between", content{true, []byte("seen")}, "", false},
		{"made in between", content{}, "foreign", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			target := filepath.Join(dir, authFile)
			if tt.now != "" {
				write(t, target, []byte(tt.now))
			}
			ours := temp(t, dir, "ours")
			replaced, err := ours.swapIn(target, tt.seen)
			if err != nil || replaced != tt.replaced {
				t.Fatalf("got %v, %v; want %v", replaced, err, tt.replaced)
			}
			ours.discard()
			want := tt.now
			if tt.replaced {
				want = "ours"
			}
			got, err := readContent(target)
			if err != nil || string(got.data) != want {
				t.Errorf("the file holds %q, %v; want %q", got.data, err, want)
			}
			if found := leftovers(t, dir); len(found) > 0 {
				t.Errorf("left over: %v", found)
			}
		})
	}
}

// A third writer replaces what was put in while the second one's content is
// being put back.
func TestPutBackTheNewest(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		missing(t, "a system call that exchanges two names")
	}
	dir := t.TempDir()
	target := filepath.Join(dir, authFile)
	ours := temp(t, dir, "ours")
	write(t, target, []byte("second"))
	if err := exchange(ours.path, target); err != nil {
		t.Fatal(err)
	}
	third := temp(t, dir, "third")
	if err := os.Rename(third.path, target); err != nil {
		t.Fatal(err)
	}
	if err := ours.putBack(target); err != nil {
		t.Fatal(err)
	}
	if got := string(read(t, target)); got != "third" {
		t.Errorf("the file holds %q, want the newest", got)
	}
}

func TestPutBackFailureKeepsTheForeignContent(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		missing(t, "a system call that exchanges two names")
	}
	dir := t.TempDir()
	target := filepath.Join(dir, authFile)
	ours := temp(t, dir, "ours")
	write(t, target, []byte("foreign"))
	if err := exchange(ours.path, target); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(target); err != nil {
		t.Fatal(err)
	}
	err := ours.putBack(target)
	if !errors.Is(err, errForeign) || !strings.Contains(err.Error(), ours.path) {
		t.Errorf("error %v", err)
	}
	ours.discard()
	if got := string(read(t, ours.path)); got != "foreign" {
		t.Errorf("%s holds %q", ours.path, got)
	}
}

// numbered is a sign-in that a foreign writer can recognise: an unknown field
// survives whatever Rekey writes over it.
func numbered(n int) []byte {
	return []byte(strings.Replace(string(signIn("foreign")), "{", fmt.Sprintf(`{"n":%d,`, n), 1))
}

// P4: a program that replaces the file without any lock is never overwritten.
// Each foreign content must be seen by a later Update, which it cannot be once
// it is lost.
func TestUpdateNeverClobbersAForeignWriter(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		missing(t, "a system call that exchanges two names")
	}
	const writes = 300
	home := tempDir(t)
	path := filepath.Join(home, authFile)
	write(t, path, numbered(0))
	var seen auth.Broadcast[int]
	ctx, cancel := context.WithCancel(ctxFor(t))
	var wg sync.WaitGroup
	wg.Go(func() { rewriteUntil(ctx, t, open(t, home), &seen) })
	sub := seen.Subscribe(ctx)
	for n := 1; n <= writes; n++ {
		for range rand.IntN(40) { // meet the Update at a different step each time
			_, _ = os.Stat(path)
		}
		next := filepath.Join(home, "next")
		write(t, next, numbered(n))
		if err := os.Rename(next, path); err != nil {
			t.Fatal(err)
		}
		for got := range sub {
			if got == n {
				break
			}
		}
		if ctx.Err() != nil {
			t.Fatalf("content number %d was lost", n)
		}
	}
	cancel()
	wg.Wait()
}

// rewriteUntil updates again and again and publishes the number each decision
// was made on.
func rewriteUntil(ctx context.Context, t *testing.T, s auth.Store, seen *auth.Broadcast[int]) {
	for i := 0; ctx.Err() == nil; i++ {
		refresh := auth.NewSecret(fmt.Sprint("ours-", i))
		err := s.Update(ctx, func(current *auth.Snapshot) (*auth.Snapshot, error) {
			next, err := current.WithTokens(auth.TokenResponse{RefreshToken: &refresh}, time.Now())
			if err != nil {
				return nil, err
			}
			var file struct{ N int }
			if err := json.Unmarshal(next.Encode(), &file); err != nil {
				return nil, err
			}
			seen.Publish(file.N)
			return next, nil
		})
		if err != nil && ctx.Err() == nil && !errors.Is(err, errRestless) {
			t.Error(err)
			return
		}
	}
}
