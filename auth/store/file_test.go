package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/internal/box"
	"rekey/internal/safefile"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// open is the file store of a home.
func open(t *testing.T, home string) auth.Store {
	t.Helper()
	return must.Get(Open(home, codex.Config{Store: codex.StoreFile}, Options{}))(t)
}

// put is a decision for one safefile.Content, whatever is there.
func put(s *auth.Snapshot) func(*auth.Snapshot) (*auth.Snapshot, error) {
	return func(*auth.Snapshot) (*auth.Snapshot, error) { return s, nil }
}

// leftovers lists temporary files.
func leftovers(t *testing.T, dir string) []string {
	t.Helper()
	return must.Get(filepath.Glob(filepath.Join(dir, tempPrefix+"*")))(t)
}

// nothingLeft wants no temporary files in folders.
func nothingLeft(t *testing.T, dirs ...string) {
	t.Helper()
	for _, dir := range dirs {
		if found := leftovers(t, dir); len(found) > 0 {
			t.Errorf("left over: %v", found)
		}
	}
}

// holds wants a refresh token in a store.
func holds(t *testing.T, s auth.Store, want string) {
	t.Helper()
	if got, err := s.Load(kit.Context(t)); err != nil || got.RefreshToken().Reveal() != want {
		t.Errorf("the store holds %q, %v; want %q", got.RefreshToken().Reveal(), err, want)
	}
}

func TestLoad(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(t *testing.T, path string)
		what string // of the UnreadableError; "" for ErrNoCredential
	}{
		{"missing", func(*testing.T, string) {}, ""},
		{"dangling link", func(t *testing.T, path string) { files.Symlink(t, "nowhere", path) }, ""},
		{"loop", func(t *testing.T, path string) { files.Symlink(t, "auth.json", path) }, "it is a symbolic link that leads back to itself"},
		{"folder", func(t *testing.T, path string) { files.Mkdir(t, path) }, "it is a folder"},
		{"empty", func(t *testing.T, path string) { files.Write(t, path, nil) }, "it is empty or incomplete"},
		{"not JSON", func(t *testing.T, path string) { files.Write(t, path, []byte("sekret")) }, "it is not valid JSON"},
		{"wrong field", func(t *testing.T, path string) { files.Write(t, path, []byte(`{"last_refresh":"sekret"}`)) }, "last_refresh is not a date and time with a time zone"},
		{"too large", func(t *testing.T, path string) {
			files.Write(t, path, nil)
			must.Do(t, os.Truncate(path, maxFile+1))
		}, "it is larger than 32 MiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			home := files.TempDir(t)
			path := filepath.Join(home, codex.AuthFile)
			tt.make(t, path)
			got, err := open(t, home).Load(kit.Context(t))
			if got != nil {
				t.Errorf("got a snapshot")
			}
			if tt.what == "" {
				if !errors.Is(err, auth.ErrNoCredential) {
					t.Errorf("error %v, want ErrNoCredential", err)
				}
				return
			}
			if unreadable, ok := errors.AsType[*auth.UnreadableError](err); !ok || unreadable.What.Error() != tt.what || unreadable.Where != path {
				t.Fatalf("error %#v, want %q", err, tt.what)
			}
			if strings.Contains(err.Error(), "sekret") {
				t.Errorf("the text quotes the content: %v", err)
			}
		})
	}
}

func TestLoadWithoutPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Log("root may read everything: only the wording is tested")
		if got := safefile.Reason(&fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}); got.Error() != "permission denied" {
			t.Errorf("got %q", got)
		}
		return
	}
	home := files.TempDir(t)
	path := filepath.Join(home, codex.AuthFile)
	files.Write(t, path, kit.SignIn("r"))
	must.Do(t, os.Chmod(path, 0))
	var unreadable *auth.UnreadableError
	if _, err := open(t, home).Load(kit.Context(t)); !errors.As(err, &unreadable) || unreadable.What.Error() != "permission denied" {
		t.Errorf("error %v", err)
	}
}

func TestLoadWithoutAHome(t *testing.T) {
	dir := files.TempDir(t)
	if _, err := open(t, filepath.Join(dir, "no", "home")).Load(kit.Context(t)); !errors.Is(err, auth.ErrNoCredential) {
		t.Errorf("missing: %v, want ErrNoCredential", err)
	}
	files.Write(t, filepath.Join(dir, "file"), nil)
	var unreadable *auth.UnreadableError
	if _, err := open(t, filepath.Join(dir, "file")).Load(kit.Context(t)); !errors.As(err, &unreadable) || unreadable.What.Error() != "a part of its path is not a folder" {
		t.Errorf("a file: %v", err)
	}
}

func TestLoadEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open(t, t.TempDir()).Load(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestStoreNamesItsPath(t *testing.T) {
	home := t.TempDir()
	if got := open(t, home).String(); got != filepath.Join(home, "auth.json") {
		t.Errorf("got %q", got)
	}
}

func TestFixtureIsWhatIsWritten(t *testing.T) {
	fixture := box.AuthJSON(box.WithAPIKey("sk-fake"))
	if got := kit.Parsed(t, fixture).Encode(); string(got) != string(fixture) {
		t.Errorf("got %s", got)
	}
}
