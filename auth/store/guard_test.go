package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Codex refuses in the same cases, as root too.
func TestGuards(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		make func(t *testing.T, path string)
		want error
	}{
		{"plain", func(*testing.T, string) {}, nil},
		{"open to others", func(t *testing.T, path string) { chmod(t, path, 0o644) }, nil},
		{"writable by others only", func(t *testing.T, path string) { chmod(t, path, 0o420) }, nil},
		{"read-only", func(t *testing.T, path string) { chmod(t, path, 0o400) }, ErrReadOnly},
		{"hard link", func(t *testing.T, path string) {
			if err := os.Link(path, path+".second"); err != nil {
				t.Fatal(err)
			}
		}, ErrHardLink},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.want == nil && tt.name == "writable by others only" && os.Geteuid() != 0 {
				t.Log("only root can open such a file")
				return
			}
			home := tempDir(t)
			path := filepath.Join(home, authFile)
			write(t, path, signIn("one"))
			tt.make(t, path)
			s := open(t, home)
			if err := s.Writable(ctxFor(t)); !errors.Is(err, tt.want) {
				t.Errorf("Writable: %v, want %v", err, tt.want)
			}
			if entries, _ := os.ReadDir(home); len(entries) > 2 {
				t.Errorf("Writable left something: %v", entries)
			}
			err := s.Update(ctxFor(t), put(parsed(t, signIn("two"))))
			if !errors.Is(err, tt.want) {
				t.Errorf("Update: %v, want %v", err, tt.want)
			}
			want := signIn("two")
			if tt.want != nil {
				want = signIn("one")
			}
			if got := read(t, path); string(got) != string(want) {
				t.Errorf("the file holds %s", got)
			}
		})
	}
}

func chmod(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestWritableSeesObstacles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		make func(t *testing.T, home string)
	}{
		{"auth.json is a folder", func(t *testing.T, home string) { mkdir(t, filepath.Join(home, authFile)) }},
		{"auth.lock is a folder", func(t *testing.T, home string) { mkdir(t, filepath.Join(home, "auth.lock")) }},
		{"auth.json.lock is a folder", func(t *testing.T, home string) { mkdir(t, filepath.Join(home, "auth.json.lock")) }},
		{"loop", func(t *testing.T, home string) { symlink(t, authFile, filepath.Join(home, authFile)) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			home := tempDir(t)
			tt.make(t, home)
			s := open(t, home)
			if s.Writable(ctxFor(t)) == nil {
				t.Error("Writable: no error")
			}
			if s.Update(ctxFor(t), put(parsed(t, signIn("one")))) == nil {
				t.Error("Update: no error")
			}
		})
	}
}

func TestWritableWithoutAHome(t *testing.T) {
	t.Parallel()
	home := filepath.Join(tempDir(t), "a", "b")
	if err := open(t, home).Writable(ctxFor(t)); err != nil {
		t.Errorf("error %v: the home can be made", err)
	}
	if _, err := os.Stat(home); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the home was made: %v", err)
	}
}
