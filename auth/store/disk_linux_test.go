package store

import (
	"errors"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

func TestReadOnlyFilesystem(t *testing.T) {
	home := files.TempDir(t)
	files.Mount(t, home, "-t", "tmpfs", "-o", "size=256k", "tmpfs")
	s := open(t, home)
	must.Do(t, s.Update(kit.Context(t), put(kit.Parsed(t, kit.SignIn("one")))))
	if out, err := exec.Command("mount", "-o", "remount,ro", home).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := s.Writable(kit.Context(t)); !errors.Is(err, syscall.EROFS) {
		t.Errorf("Writable: %v, want EROFS", err)
	}
	if err := s.Update(kit.Context(t), put(kit.Parsed(t, kit.SignIn("two")))); err == nil {
		t.Error("Update: no error")
	}
	holds(t, s, "one")
}

func TestFullDiskLeavesTheOldContent(t *testing.T) {
	home := files.TempDir(t)
	files.Mount(t, home, "-t", "tmpfs", "-o", "size=64k", "tmpfs")
	s := open(t, home)
	must.Do(t, s.Update(kit.Context(t), put(kit.Parsed(t, kit.SignIn("one")))))
	files.Fill(t, filepath.Join(home, "ballast"))
	if err := s.Update(kit.Context(t), put(kit.Parsed(t, kit.SignIn("two")))); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Update: %v, want ENOSPC", err)
	}
	holds(t, s, "one")
	nothingLeft(t, home)
}
