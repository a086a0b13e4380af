//go:build unix

package program_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"rekey/internal/box"
	"rekey/test/kit/must"
)

// listing is everything in a folder: modes and contents by path. One that is
// not there is empty.
func listing(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		text := info.Mode().String()
		if info.Mode().IsRegular() {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text += fmt.Sprintf(" %x", sha256.Sum256(content))
		}
		found[path] = text
		return nil
	})
	must.Do(t, err)
	return found
}

// wantUntouched wants a folder to be as it was.
func wantUntouched(t *testing.T, dir string, before map[string]string) {
	t.Helper()
	if now := listing(t, dir); !maps.Equal(now, before) {
		t.Errorf("the home was %v and is %v", before, now)
	}
}

// wantQuiet wants nothing to be left of an agent: no socket, and a lock that
// are available.
func (b *sandboxed) wantQuiet() {
	b.t.Helper()
	o := b.Options()
	sockets, err := filepath.Glob(filepath.Join(o.Dirs.Runtime, "*"))
	if err != nil || len(sockets) > 0 {
		b.t.Errorf("a socket is left: %v, %v", sockets, err)
	}
	locks, err := filepath.Glob(filepath.Join(o.Dirs.State, "*", "*.lock"))
	if err != nil || len(locks) == 0 {
		b.t.Errorf("there never was a lock: %v", err)
	}
	for _, path := range locks {
		f := must.Get(os.Open(path))(b.t)
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			b.t.Errorf("%s is held: %v", path, err)
		}
		_ = f.Close()
	}
}

// outcomes lists what became of the refreshes.
func (b *sandboxed) outcomes() (list []string) {
	for _, r := range b.Server.Requests() {
		if r.Grant == box.GrantRefresh {
			list = append(list, r.Outcome)
		}
	}
	return list
}

// wantOutcomes wants exactly these refreshes to have reached the server.
func (b *sandboxed) wantOutcomes(want ...string) {
	b.t.Helper()
	if got := b.outcomes(); !slices.Equal(got, want) {
		b.t.Errorf("the refreshes ended %q, want %q", got, want)
	}
}
