package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"rekey/auth/codex"
	"rekey/internal/safefile"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// Codex refuses in the same cases, as root too.
func TestGuards(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(t *testing.T, path string)
		want error
	}{
		{"plain", func(*testing.T, string) {}, nil},
		{"open to others", func(t *testing.T, path string) { files.Chmod(t, path, 0o644) }, nil},
		{"writable by others only", func(t *testing.T, path string) { files.Chmod(t, path, 0o420) }, nil},
		{"read-only", func(t *testing.T, path string) { files.Chmod(t, path, 0o400) }, safefile.ErrReadOnly},
		{"hard link", func(t *testing.T, path string) {
			must.Do(t, os.Link(path, path+".second"))
		}, safefile.ErrHardLink},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want == nil && tt.name == "writable by others only" && os.Geteuid() != 0 {
				t.Log("only root can open such a file")
				return
			}
			home := files.TempDir(t)
			path := filepath.Join(home, codex.AuthFile)
			files.Write(t, path, kit.SignIn("one"))
			tt.make(t, path)
			s := open(t, home)
			if err := s.Writable(kit.Context(t)); !errors.Is(err, tt.want) {
				t.Errorf("Writable: %v, want %v", err, tt.want)
			}
			nothingLeft(t, home)
			err := s.Update(kit.Context(t), put(kit.Parsed(t, kit.SignIn("two"))))
			if !errors.Is(err, tt.want) {
				t.Errorf("Update: %v, want %v", err, tt.want)
			}
			want := kit.SignIn("two")
			if tt.want != nil {
				want = kit.SignIn("one")
			}
			if got := files.Read(t, path); string(got) != string(want) {
				t.Errorf("the file holds %s", got)
			}
		})
	}
}

func TestWritableSeesObstacles(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(t *testing.T, home string)
	}{
		{"auth.json is a folder", func(t *testing.T, home string) { files.Mkdir(t, filepath.Join(home, codex.AuthFile)) }},
		{"auth.lock is a folder", func(t *testing.T, home string) { files.Mkdir(t, filepath.Join(home, "auth.lock")) }},
		{"auth.json.lock is a folder", func(t *testing.T, home string) { files.Mkdir(t, filepath.Join(home, "auth.json.lock")) }},
		{"loop", func(t *testing.T, home string) { files.Symlink(t, codex.AuthFile, filepath.Join(home, codex.AuthFile)) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			home := files.TempDir(t)
			tt.make(t, home)
			s := open(t, home)
			if s.Writable(kit.Context(t)) == nil {
				t.Error("Writable: no error")
			}
			if s.Update(kit.Context(t), put(kit.Parsed(t, kit.SignIn("one")))) == nil {
				t.Error("Update: no error")
			}
		})
	}
}

func TestWritableWithoutAHome(t *testing.T) {
	home := filepath.Join(files.TempDir(t), "a", "b")
	if err := open(t, home).Writable(kit.Context(t)); err != nil {
		t.Errorf("error %v: the home can be made", err)
	}
	if _, err := os.Stat(home); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the home was made: %v", err)
	}
}
