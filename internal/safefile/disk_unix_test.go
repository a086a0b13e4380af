//go:build unix

package safefile

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// A pipe to which nobody writes, a device without end: no call waits.
func TestNothingWaitsForWhatIsNoFile(t *testing.T) {
	dir := files.TempDir(t)
	pipe := filepath.Join(dir, "pipe")
	must.Do(t, unix.Mkfifo(pipe, 0o600))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, path := range []string{pipe, "/dev/zero"} {
			for name, err := range map[string]error{
				"Read": second(Read(path, limit)), "Open": second(Disk{}.Open(path, false, 0)),
				"WayTo": second(Disk{}.WayTo(path)), "WriteInPlace": Disk{}.WriteInPlace(path, []byte("x"), 0),
			} {
				if path == "/dev/zero" && name == "WriteInPlace" && os.Geteuid() != 0 {
					continue
				}
				if !errors.Is(err, ErrNotRegular) && !errors.Is(err, unix.ENXIO) {
					t.Errorf("%s of %s: %v, want ErrNotRegular", name, path, err)
				}
			}
		}
	}()
	select {
	case <-done:
	case <-time.After(2 * time.Minute):
		t.Fatal("a call waits")
	}
}

// A link in a folder of Rekey's own leads nowhere.
func TestOpenFollowsNoLink(t *testing.T) {
	dir := files.TempDir(t)
	files.Write(t, filepath.Join(dir, "real"), []byte("theirs"))
	files.Symlink(t, "real", filepath.Join(dir, "link"))
	files.Symlink(t, "nothing", filepath.Join(dir, "dangling"))
	for _, name := range []string{"link", "dangling"} {
		if _, err := (Disk{}).Append(filepath.Join(dir, name), 0o600); !errors.Is(err, ErrNotRegular) {
			t.Errorf("%s: %v, want ErrNotRegular", name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "nothing")); err == nil {
		t.Error("a file was made behind a link")
	}
}

// What root makes in another user's folder belongs to that user.
func TestRootMakesNothingItsOwn(t *testing.T) {
	if os.Geteuid() != 0 {
		kit.Missing(t, "root, who may write in another user's folder")
	}
	const owner = 12345
	dir := files.TempDir(t)
	must.Do(t, os.Chown(dir, owner, owner))
	var d Disk
	below := filepath.Join(dir, "a", "b")
	unlock := must.Get(d.TryLock(filepath.Join(dir, "lock"), 0o600))(t)
	unlock()
	logged := must.Get(d.Append(filepath.Join(dir, "log"), 0o600))(t)
	_ = logged.Close()
	must.Do(t, errors.Join(d.MkdirAll(below, 0o700), d.Replace(filepath.Join(below, "file"), nil, 0o600)))
	for _, path := range []string{filepath.Join(dir, "lock"), filepath.Join(dir, "log"), filepath.Join(dir, "a"), below, filepath.Join(below, "file")} {
		var st unix.Stat_t
		if err := unix.Stat(path, &st); err != nil || st.Uid != owner || st.Gid != owner {
			t.Errorf("%s belongs to %d:%d, %v", path, st.Uid, st.Gid, err)
		}
	}
}

// The lock ends with unlock also while a child has a copy of the open file.
func TestUnlockIsForAllCopies(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.lock")
	f := must.Get(os.Create(path))(t)
	must.Do(t, lockFile(f))
	number := must.Get(unix.Dup(int(f.Fd())))(t)
	child := os.NewFile(uintptr(number), path)
	defer child.Close()
	if _, err := TryLock(path, 0o600); !errors.Is(err, ErrLocked) {
		t.Errorf("while it is locked: %v", err)
	}
	unlockFile(f)
	unlock := must.Get(TryLock(path, 0o600))(t)
	unlock()
}
