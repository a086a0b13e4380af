package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestDelete(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		make    func(t *testing.T, home, dots string)
		removed bool
		gone    []string // below the parent of both
		wantErr error
	}{
		{"nothing", func(*testing.T, string, string) {}, false, nil, nil},
		{"file", func(t *testing.T, home, _ string) { write(t, filepath.Join(home, authFile), signIn("r")) }, true, []string{"home/auth.json"}, nil},
		{"garbage", func(t *testing.T, home, _ string) { write(t, filepath.Join(home, authFile), []byte("{")) }, true, []string{"home/auth.json"}, nil},
		{"link and target", func(t *testing.T, home, dots string) {
			write(t, filepath.Join(dots, "real.json"), signIn("r"))
			symlink(t, "../dots/real.json", filepath.Join(home, authFile))
		}, true, []string{"home/auth.json", "dots/real.json"}, nil},
		{"dangling link", func(t *testing.T, home, _ string) {
			symlink(t, "../gone/real.json", filepath.Join(home, authFile))
		}, true, []string{"home/auth.json"}, nil},
		{"loop", func(t *testing.T, home, _ string) {
			symlink(t, "auth.json", filepath.Join(home, authFile))
		}, true, []string{"home/auth.json"}, nil},
		{"folder", func(t *testing.T, home, _ string) { mkdir(t, filepath.Join(home, authFile)) }, false, nil, errIsFolder},
		{"old temporary file", func(t *testing.T, home, _ string) {
			stale := filepath.Join(home, ".auth-abc123")
			write(t, stale, signIn("spent"))
			old := time.Now().Add(-2 * tempAge)
			if err := os.Chtimes(stale, old, old); err != nil {
				t.Fatal(err)
			}
		}, false, []string{"home/.auth-abc123"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := tempDir(t)
			home, dots := filepath.Join(dir, "home"), filepath.Join(dir, "dots")
			mkdir(t, home, dots)
			tt.make(t, home, dots)
			removed, err := open(t, home).Delete(ctxFor(t))
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
	t.Parallel()
	home := filepath.Join(tempDir(t), "home")
	if removed, err := open(t, home).Delete(ctxFor(t)); removed || err != nil {
		t.Errorf("got %v, %v", removed, err)
	}
	if _, err := os.Stat(home); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the home was made: %v", err)
	}
}
