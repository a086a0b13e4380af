package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rekey/auth/codex"
	"rekey/internal/safefile"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

func TestDelete(t *testing.T) {
	for _, tt := range []struct {
		name    string
		make    func(t *testing.T, home, dots string)
		removed bool
		gone    []string // below the parent of both
		wantErr error
	}{
		{"nothing", func(*testing.T, string, string) {}, false, nil, nil},
		{"file", func(t *testing.T, home, _ string) {
			files.Write(t, filepath.Join(home, codex.AuthFile), kit.SignIn("r"))
		}, true, []string{"home/auth.json"}, nil},
		{"garbage", func(t *testing.T, home, _ string) { files.Write(t, filepath.Join(home, codex.AuthFile), []byte("{")) }, true, []string{"home/auth.json"}, nil},
		{"link and target", func(t *testing.T, home, dots string) {
			files.Write(t, filepath.Join(dots, "real.json"), kit.SignIn("r"))
			files.Symlink(t, "../dots/real.json", filepath.Join(home, codex.AuthFile))
		}, true, []string{"home/auth.json", "dots/real.json"}, nil},
		{"dangling link", func(t *testing.T, home, _ string) {
			files.Symlink(t, "../gone/real.json", filepath.Join(home, codex.AuthFile))
		}, true, []string{"home/auth.json"}, nil},
		{"loop", func(t *testing.T, home, _ string) {
			files.Symlink(t, "auth.json", filepath.Join(home, codex.AuthFile))
		}, true, []string{"home/auth.json"}, nil},
		{"link to what is no file", func(t *testing.T, home, dots string) {
			files.Mkdir(t, filepath.Join(dots, "real.json"))
			files.Symlink(t, "../dots/real.json", filepath.Join(home, codex.AuthFile))
		}, true, []string{"home/auth.json"}, nil},
		{"folder", func(t *testing.T, home, _ string) { files.Mkdir(t, filepath.Join(home, codex.AuthFile)) }, false, nil, safefile.ErrIsFolder},
		{"old temporary file", func(t *testing.T, home, _ string) {
			stale := filepath.Join(home, ".auth-abc123")
			files.Write(t, stale, kit.SignIn("spent"))
			old := time.Now().Add(-2 * time.Minute)
			must.Do(t, os.Chtimes(stale, old, old))
		}, false, []string{"home/.auth-abc123"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := files.TempDir(t)
			home, dots := filepath.Join(dir, "home"), filepath.Join(dir, "dots")
			files.Mkdir(t, home, dots)
			tt.make(t, home, dots)
			removed, err := open(t, home).Delete(kit.Context(t))
			if removed != tt.removed || !errors.Is(err, tt.wantErr) {
				t.Errorf("got %v, %v; want %v, %v", removed, err, tt.removed, tt.wantErr)
			}
			for _, name := range tt.gone {
				if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s is still there: %v", name, err)
				}
			}
		})
	}
}

func TestDeleteWithoutAHomeMakesNone(t *testing.T) {
	home := filepath.Join(files.TempDir(t), "home")
	if removed, err := open(t, home).Delete(kit.Context(t)); removed || err != nil {
		t.Errorf("got %v, %v", removed, err)
	}
	if _, err := os.Stat(home); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the home was made: %v", err)
	}
}
