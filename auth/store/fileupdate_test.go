package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/internal/safefile"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

func TestUpdateWritesAsCodexDoes(t *testing.T) {
	home := filepath.Join(files.TempDir(t), "new", "home")
	key := auth.NewAPIKey(auth.NewSecret("sk-fake-0123456789"))
	must.Do(t, open(t, home).Update(kit.Context(t), put(key)))
	const want = "{\n  \"auth_mode\": \"apikey\",\n  \"OPENAI_API_KEY\": \"sk-fake-0123456789\"\n}"
	if got := string(files.Read(t, filepath.Join(home, codex.AuthFile))); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	modes := map[string]fs.FileMode{"auth.json": 0o600, "auth.json.lock": 0o600, "auth.lock": 0o666}
	entries := must.Get(os.ReadDir(home))(t)
	for _, e := range entries {
		info := must.Get(e.Info())(t)
		most, ok := modes[e.Name()]
		if !ok {
			t.Errorf("%s is not Codex's", e.Name())
		}
		if runtime.GOOS != "windows" && info.Mode().Perm()&^most != 0 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode())
		}
		delete(modes, e.Name())
	}
	if len(modes) > 0 {
		t.Errorf("missing: %v", modes)
	}
}

// A home that was moved away is not made anew by an Update that writes nothing.
func TestUpdateLeavesNoHome(t *testing.T) {
	home := filepath.Join(files.TempDir(t), "moved")
	keep := func(*auth.Snapshot) (*auth.Snapshot, error) { return nil, auth.ErrStoreChanged }
	if err := open(t, home).Update(kit.Context(t), keep); !errors.Is(err, auth.ErrStoreChanged) {
		t.Errorf("Update = %v", err)
	}
	if _, err := os.Stat(home); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the home: %v", err)
	}
}

func TestUpdateDecidesOnWhatIsThere(t *testing.T) {
	refused := errors.New("no")
	for name, stored := range map[string][]byte{"nothing": nil, "a sign-in": kit.SignIn("one"), "garbage": []byte("{")} {
		t.Run(name, func(t *testing.T) {
			home := files.TempDir(t)
			path := filepath.Join(home, codex.AuthFile)
			if stored != nil {
				files.Write(t, path, stored)
			}
			calls := 0
			err := open(t, home).Update(kit.Context(t), func(current *auth.Snapshot) (*auth.Snapshot, error) {
				calls++
				if want := snapshotOf(safefile.Content{Exists: stored != nil, Data: stored}); !current.Equal(want) {
					t.Errorf("decide saw something else")
				}
				return nil, refused
			})
			if !errors.Is(err, refused) || calls != 1 {
				t.Errorf("error %v after %d calls, want %v after 1", err, calls, refused)
			}
			if stored != nil && string(files.Read(t, path)) != string(stored) {
				t.Error("the store was changed")
			}
			if _, err := os.Stat(path + ".lock"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("auth.json.lock was taken for nothing: %v", err)
			}
			nothingLeft(t, home)
		})
	}
}

func TestUpdateOfNothingIsAnError(t *testing.T) {
	if err := open(t, files.TempDir(t)).Update(kit.Context(t), put(nil)); !errors.Is(err, errNothing) {
		t.Errorf("error %v", err)
	}
}

func TestUpdateKeepsUnknownFieldsAndNarrowsTheMode(t *testing.T) {
	home := files.TempDir(t)
	path := filepath.Join(home, codex.AuthFile)
	files.Write(t, path, []byte(strings.Replace(string(kit.SignIn("one")), "{", `{"from_the_future":{"x":1},`, 1)))
	must.Do(t, os.Chmod(path, 0o644))
	refresh := auth.NewSecret("two")
	err := open(t, home).Update(kit.Context(t), func(current *auth.Snapshot) (*auth.Snapshot, error) {
		return current.WithTokens(auth.TokenResponse{RefreshToken: &refresh}, time.Now())
	})
	must.Do(t, err)
	got := string(files.Read(t, path))
	if !strings.Contains(got, `"from_the_future"`) || !strings.Contains(got, `"refresh_token": "two"`) {
		t.Errorf("got %s", got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestUpdateThroughALink(t *testing.T) {
	for name, stored := range map[string][]byte{"existing": kit.SignIn("one"), "dangling": nil} {
		t.Run(name, func(t *testing.T) {
			dir := files.TempDir(t)
			home, dots := filepath.Join(dir, "home"), filepath.Join(dir, "dots")
			files.Mkdir(t, home)
			link, target := filepath.Join(home, codex.AuthFile), filepath.Join(dots, "real.json")
			files.Symlink(t, "../dots/real.json", link)
			if stored != nil {
				files.Mkdir(t, dots)
				files.Write(t, target, stored)
			}
			must.Do(t, open(t, home).Update(kit.Context(t), put(kit.Parsed(t, kit.SignIn("two")))))
			if to, err := os.Readlink(link); err != nil || to != "../dots/real.json" {
				t.Errorf("the link is now %q, %v", to, err)
			}
			if got := string(files.Read(t, target)); got != string(kit.SignIn("two")) {
				t.Errorf("the target holds %s", got)
			}
			for _, lock := range []string{filepath.Join(home, "auth.lock"), target + ".lock"} {
				if _, err := os.Stat(lock); err != nil {
					t.Errorf("Codex's lock: %v", err)
				}
			}
			nothingLeft(t, home, dots)
		})
	}
}

func TestUpdateGivesUpOnAHeldLock(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"auth.lock", "auth.json.lock"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := files.TempDir(t)
			path := filepath.Join(home, codex.AuthFile)
			files.Write(t, path, kit.SignIn("one"))
			unlock := must.Get(safefile.TryLock(filepath.Join(home, name), 0o600))(t)
			defer unlock()
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			if err := open(t, home).Update(ctx, put(kit.Parsed(t, kit.SignIn("two")))); !errors.Is(err, safefile.ErrLocked) {
				t.Errorf("error %v, want safefile.ErrLocked", err)
			}
			if got := string(files.Read(t, path)); got != string(kit.SignIn("one")) {
				t.Error("the store was changed")
			}
			nothingLeft(t, home)
		})
	}
}

// withoutLocks is a filesystem that has no file locks.
func withoutLocks() safefile.Disk {
	return safefile.Disk{Fault: func(op safefile.Op, _ string) error {
		if op == safefile.OpLock {
			return safefile.ErrNoLocks
		}
		return nil
	}}
}

func TestUpdateWithoutLocksChangesNothing(t *testing.T) {
	home := files.TempDir(t)
	s := must.Get(Open(home, codex.Config{Store: codex.StoreFile}, Options{Disk: withoutLocks()}))(t)
	if err := s.Update(kit.Context(t), put(kit.Parsed(t, kit.SignIn("one")))); !errors.Is(err, safefile.ErrNoLocks) {
		t.Errorf("error %v, want safefile.ErrNoLocks", err)
	}
	if _, err := s.Load(kit.Context(t)); !errors.Is(err, auth.ErrNoCredential) {
		t.Errorf("something was written: %v", err)
	}
}
