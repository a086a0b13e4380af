package store

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"rekey/internal/safefile"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// bound is a home whose auth.json is a bind mount of a file elsewhere, as in a
// container that was given this one file.
func bound(t *testing.T) (home, outside string) {
	t.Helper()
	dir := files.TempDir(t)
	home, outside = filepath.Join(dir, "home"), filepath.Join(dir, "outside.json")
	files.Mkdir(t, home)
	files.Write(t, outside, kit.SignIn("one"))
	files.Chmod(t, outside, 0o640)
	inside := filepath.Join(home, "auth.json")
	files.Write(t, inside, nil)
	files.Mount(t, inside, "--bind", outside)
	return home, outside
}

func TestBoundFileIsWrittenInPlace(t *testing.T) {
	home, outside := bound(t)
	before := must.Get(os.Stat(outside))(t)
	s := open(t, home)
	must.Do(t, s.Writable(kit.Context(t)))
	must.Do(t, s.Update(kit.Context(t), put(kit.Parsed(t, kit.SignIn("two")))))
	after, err := os.Stat(outside)
	if err != nil || !os.SameFile(before, after) || after.Mode() != before.Mode() {
		t.Errorf("the file is another one: %v, mode %v", err, after.Mode())
	}
	if got := string(files.Read(t, outside)); got != string(kit.SignIn("two")) {
		t.Errorf("outside: %s", got)
	}
	if removed, err := s.Delete(kit.Context(t)); !removed || err != nil {
		t.Errorf("Delete: %v, %v", removed, err)
	}
	if got := string(files.Read(t, outside)); got != empty {
		t.Errorf("after Delete: %q", got)
	}
	if removed, err := s.Delete(kit.Context(t)); removed || err != nil {
		t.Errorf("second Delete: %v, %v", removed, err)
	}
	if now, err := s.Load(kit.Context(t)); err != nil || now.HasTokens() {
		t.Errorf("Load: %v, %v", now, err)
	}
	if entries, _ := os.ReadDir(home); len(entries) != 3 {
		t.Errorf("left over: %v", entries)
	}
}

// A file that can be neither replaced nor written is found out before anything
// is sent.
func TestBoundFileThatCannotBeWritten(t *testing.T) {
	home, _ := bound(t)
	if out, err := exec.Command("mount", "-o", "remount,ro,bind", filepath.Join(home, "auth.json")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s := open(t, home)
	if err := s.Writable(kit.Context(t)); !errors.Is(err, syscall.EROFS) {
		t.Errorf("Writable: %v, want EROFS", err)
	}
	if err := s.Update(kit.Context(t), put(kit.Parsed(t, kit.SignIn("two")))); !errors.Is(err, syscall.EROFS) {
		t.Errorf("Update: %v, want EROFS", err)
	}
	if _, err := s.Delete(kit.Context(t)); err == nil {
		t.Error("Delete: no error")
	}
}

// A full file system of its own is found by reserving space there.
func TestBoundFileOnAFullDisk(t *testing.T) {
	dir := files.TempDir(t)
	home, small := filepath.Join(dir, "home"), filepath.Join(dir, "small")
	files.Mkdir(t, home, small)
	files.Mount(t, small, "-t", "tmpfs", "-o", "size=64k", "tmpfs")
	files.Write(t, filepath.Join(small, "auth.json"), kit.SignIn("one"))
	inside := filepath.Join(home, "auth.json")
	files.Write(t, inside, nil)
	files.Mount(t, inside, "--bind", filepath.Join(small, "auth.json"))
	files.Fill(t, filepath.Join(small, "ballast"))
	if err := open(t, home).Writable(kit.Context(t)); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Writable: %v, want ENOSPC", err)
	}
}

// On an overlay, the usual file system of a container's own files, the file is
// replaced.
func TestOverlay(t *testing.T) {
	dir := files.TempDir(t)
	disk := filepath.Join(dir, "disk")
	files.Mkdir(t, disk)
	files.Mount(t, disk, "-t", "tmpfs", "tmpfs") // an overlay cannot lie on an overlay
	lower, upper, work, home := filepath.Join(disk, "lower"), filepath.Join(disk, "upper"), filepath.Join(disk, "work"), filepath.Join(dir, "home")
	files.Mkdir(t, lower, upper, work, home)
	files.Write(t, filepath.Join(lower, "auth.json"), kit.SignIn("one"))
	files.Mount(t, home, "-t", "overlay", "-o", "lowerdir="+lower+",upperdir="+upper+",workdir="+work, "overlay")
	s := open(t, home)
	must.Do(t, s.Writable(kit.Context(t)))
	must.Do(t, s.Update(kit.Context(t), put(kit.Parsed(t, kit.SignIn("two")))))
	holds(t, s, "two")
}

// The file that root writes, and everything created beside it, stays the
// owner's.
func TestOwnerStays(t *testing.T) {
	if os.Geteuid() != 0 {
		kit.Missing(t, "root, who may write in another user's home")
	}
	const owner = 12345
	home := files.TempDir(t)
	files.Write(t, filepath.Join(home, "auth.json"), kit.SignIn("one"))
	for _, path := range []string{home, filepath.Join(home, "auth.json")} {
		must.Do(t, os.Chown(path, owner, owner))
	}
	s := open(t, home)
	must.Do(t, s.Writable(kit.Context(t)))
	must.Do(t, s.Update(kit.Context(t), put(kit.Parsed(t, kit.SignIn("two")))))
	unlock := must.Get(RefreshLock(home, s.(*fileStore).disk, homeLockWait)(kit.Context(t)))(t)
	unlock()
	entries, err := os.ReadDir(home)
	if err != nil || len(entries) != 4 {
		t.Errorf("in the home: %v, %v", entries, err)
	}
	for _, e := range entries {
		info := must.Get(e.Info())(t)
		if st := info.Sys().(*syscall.Stat_t); st.Uid != owner || st.Gid != owner {
			t.Errorf("%s belongs to %d:%d", e.Name(), st.Uid, st.Gid)
		}
	}
}

// A file of root's in another user's home is left alone: a writer that cannot
// preserve the owner refuses to write.
func TestOwnerThatCannotBeKept(t *testing.T) {
	if os.Geteuid() != 0 {
		kit.Missing(t, "root, who may write in another user's home")
	}
	home := files.TempDir(t)
	path := filepath.Join(home, "auth.json")
	files.Write(t, path, kit.SignIn("one"))
	must.Do(t, os.Chown(path, 12345, 12345))
	s := must.Get(Open(home, fileConfig(), Options{Disk: failing("change owner", syscall.EPERM)}))(t)
	if err := s.Writable(kit.Context(t)); !errors.Is(err, safefile.ErrOwner) {
		t.Errorf("Writable: %v, want ErrOwner", err)
	}
}
