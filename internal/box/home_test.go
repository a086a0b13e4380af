package box

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestHome(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "codex")
	h, err := NewHome(dir)
	if err != nil {
		t.Fatal(err)
	}
	if h.Dir() != dir || h.AuthPath() != filepath.Join(dir, "auth.json") || h.ConfigPath() != filepath.Join(dir, "config.toml") {
		t.Errorf("paths: %s, %s, %s", h.Dir(), h.AuthPath(), h.ConfigPath())
	}
	if _, err := h.Read(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("read of an empty home: got %v, want fs.ErrNotExist", err)
	}
	if err := h.Delete(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("delete in an empty home: got %v, want fs.ErrNotExist", err)
	}

	if err := h.Write([]byte("first")); err != nil {
		t.Fatal(err)
	}
	first := stat(t, h.AuthPath())
	if err := h.Write([]byte("second")); err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(first, stat(t, h.AuthPath())) {
		t.Error("Write made a new file, want it rewritten in place")
	}
	if err := h.Replace([]byte("third")); err != nil {
		t.Fatal(err)
	}
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
	t.Parallel()
	h, err := NewHome(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(h.AuthPath(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := h.Replace([]byte("x")); err == nil {
		t.Error("replaced a directory, want an error")
	}
	if entries, err := os.ReadDir(h.Dir()); err != nil || len(entries) != 1 {
		t.Errorf("left in the home: %v, %v; want the directory alone", entries, err)
	}
}

func stat(t *testing.T, path string) fs.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}
