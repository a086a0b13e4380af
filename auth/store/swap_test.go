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
	"rekey/auth/codex"
	"rekey/internal/safefile"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// numbered is a sign-in that a foreign writer can recognise: an unknown field
// survives whatever Rekey writes over it.
func numbered(n int) []byte {
	return []byte(strings.Replace(string(kit.SignIn("foreign")), "{", fmt.Sprintf(`{"n":%d,`, n), 1))
}

// P4: a program that replaces the file without any lock is never overwritten.
// Each foreign content must be seen by a later Update, which it cannot be once
// it is lost.
func TestUpdateNeverClobbersAForeignWriter(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		kit.Missing(t, "a system call that exchanges two names")
	}
	const writes = 300
	home := files.TempDir(t)
	path := filepath.Join(home, codex.AuthFile)
	files.Write(t, path, numbered(0))
	var seen auth.Broadcast[int]
	ctx, cancel := context.WithCancel(kit.Context(t))
	var wg sync.WaitGroup
	wg.Go(func() { rewriteUntil(ctx, t, open(t, home), &seen) })
	sub := seen.Subscribe(ctx)
	for n := 1; n <= writes; n++ {
		for range rand.IntN(40) { // meet the Update at a different step each time
			_, _ = os.Stat(path)
		}
		next := filepath.Join(home, "next")
		files.Write(t, next, numbered(n))
		must.Do(t, os.Rename(next, path))
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
		if err != nil && ctx.Err() == nil && !errors.Is(err, safefile.ErrRestless) {
			t.Error(err)
			return
		}
	}
}
