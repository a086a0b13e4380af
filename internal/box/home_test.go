package box

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"rekey/test/kit/must"
)

func TestHome(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "codex")
	h := must.Get(NewHome(dir))(t)
	if h.Dir() != dir || h.AuthPath() != filepath.Join(dir, "auth.json") {
		t.Errorf("paths: %s, %s", h.Dir(), h.AuthPath())
	}
	if _, err := h.Read(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("read of an empty home: got %v, want fs.ErrNotExist", err)
	}
	if err := h.Delete(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("delete in an empty home: got %v, want fs.ErrNotExist", err)
	}

	must.Do(t, h.Write([]byte("first")))
	first := stat(t, h.AuthPath())
	must.Do(t, h.Write([]byte("second")))
	if !os.SameFile(first, stat(t, h.AuthPath())) {
		t.Error("Write made a new file, want it rewritten in place")
	}
	must.Do(t, h.Replace([]byte("third")))
	third := stat(t, h.AuthPath())
	if os.SameFile(first, third) {
		t.Error("Replace rewrote the file in place, want a new one")
	}
	for name, info := range map[string]fs.FileInfo{"written": first, "replaced": third} {
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s file has mode %o, want 600", name, info.Mode().Perm())
		}
	}
	if got, err := h.Read(); err != nil || string(got) != "third" {
		t.Errorf("read: got %q, %v", got, err)
	}
	if err := h.WriteConfig("model = \"x\"\n"); err != nil {
		t.Error(err)
	}
	if err := h.Delete(); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 || entries[0].Name() != "config.toml" {
		t.Errorf("left in the home: %v, %v; want config.toml alone", entries, err)
	}
}

func TestHomeLeavesNothingBehindWhenReplacingFails(t *testing.T) {
	h := must.Get(NewHome(t.TempDir()))(t)
	must.Do(t, os.Mkdir(h.AuthPath(), 0o700))
	if err := h.Replace([]byte("x")); err == nil {
		t.Error("replaced a directory, want an error")
	}
	if entries, err := os.ReadDir(h.Dir()); err != nil || len(entries) != 1 {
		t.Errorf("left in the home: %v, %v; want the directory alone", entries, err)
	}
}

func stat(t *testing.T, path string) fs.FileInfo {
	t.Helper()
	info := must.Get(os.Stat(path))(t)
	return info
}
