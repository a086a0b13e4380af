package store

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// mount puts a filesystem on dir for the time of the test.
func mount(t *testing.T, dir string, args ...string) {
	t.Helper()
	if out, err := exec.Command("mount", append(args, dir)...).CombinedOutput(); err != nil {
		missing(t, "the right to mount a filesystem: "+string(out))
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
}

func TestReadOnlyFilesystem(t *testing.T) {
	home := tempDir(t)
	mount(t, home, "-t", "tmpfs", "-o", "size=256k", "tmpfs")
	s := open(t, home)
	if err := s.Update(ctxFor(t), put(parsed(t, signIn("one")))); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-o", "remount,ro", home).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := s.Writable(ctxFor(t)); !errors.Is(err, syscall.EROFS) {
		t.Errorf("Writable: %v, want EROFS", err)
	}
	if err := s.Update(ctxFor(t), put(parsed(t, signIn("two")))); err == nil {
		t.Error("Update: no error")
	}
	if got, err := s.Load(ctxFor(t)); err != nil || got.RefreshToken().Reveal() != "one" {
		t.Errorf("Load: %v", err)
	}
}

func TestFullDiskLeavesTheOldContent(t *testing.T) {
	home := tempDir(t)
	mount(t, home, "-t", "tmpfs", "-o", "size=64k", "tmpfs")
	s := open(t, home)
	if err := s.Update(ctxFor(t), put(parsed(t, signIn("one")))); err != nil {
		t.Fatal(err)
	}
	fill(t, filepath.Join(home, "ballast"))
	if err := s.Update(ctxFor(t), put(parsed(t, signIn("two")))); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Update: %v, want ENOSPC", err)
	}
	if got, err := s.Load(ctxFor(t)); err != nil || got.RefreshToken().Reveal() != "one" {
		t.Errorf("Load: %v", err)
	}
	if found := leftovers(t, home); len(found) > 0 {
		t.Errorf("left over: %v", found)
	}
}

// fill writes until nothing more fits.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for size := 4096; size > 0; size /= 2 {
		block := make([]byte, size)
		for err == nil {
			_, err = f.Write(block)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		err = nil
	}
}
