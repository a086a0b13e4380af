package safefile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// faulty is a disk on which an operation fails so many times.
func faulty(op Op, with error, times int) Disk {
	return Disk{Fault: func(o Op, _ string) error {
		if o != op || times == 0 {
			return nil
		}
		times--
		return with
	}}
}

const (
	always = -1
	limit  = 1 << 20
)

// behaviours are those of the systems and filesystems that one meets, and what
// becomes of a file that is replaced, exchanged, written in place and rehearsed
// there: nil for done. Whatever happens, the file holds the old content or the
// new, and nothing is left beside it.
func TestBehaviours(t *testing.T) {
	t.Parallel()
	for _, b := range []struct {
		name                              string
		disk                              func() Disk
		replace, swap, inPlace, rehearsal error
	}{
		{name: "Linux, macOS", disk: func() Disk { return Disk{} }},
		{name: "Windows and old kernels: names are not exchanged", disk: func() Disk { return faulty(OpExchange, errors.ErrUnsupported, always) }},
		{name: "Windows: another program reads it for a moment", disk: func() Disk { return faulty(OpRename, ErrInUse, 3) }},
		{name: "Windows: another program keeps it open", disk: func() Disk { return faulty(OpRename, ErrInUse, always) },
			replace: ErrInUse, rehearsal: ErrInUse},
		{name: "a full disk", disk: func() Disk { return faulty(OpWrite, syscall.ENOSPC, always) },
			replace: syscall.ENOSPC, swap: syscall.ENOSPC, inPlace: syscall.ENOSPC, rehearsal: syscall.ENOSPC},
		{name: "a used-up quota, found by fsync as on NFS", disk: func() Disk { return faulty(OpSync, syscall.EDQUOT, always) },
			replace: syscall.EDQUOT, swap: syscall.EDQUOT, inPlace: syscall.EDQUOT, rehearsal: syscall.EDQUOT},
		{name: "a read-only file system", disk: func() Disk { return faulty(OpCreate, syscall.EROFS, always) },
			replace: syscall.EROFS, swap: syscall.EROFS, rehearsal: syscall.EROFS},
		{name: "a mount point that is not known as one", disk: func() Disk { return faulty(OpExchange, syscall.EBUSY, always) },
			swap: syscall.EBUSY, rehearsal: syscall.EBUSY},
		{name: "no right to write", disk: func() Disk { return faulty(OpOpen, fs.ErrPermission, always) },
			swap: nil, inPlace: fs.ErrPermission, rehearsal: fs.ErrPermission},
		{name: "a folder that cannot be synced", disk: func() Disk { return faulty(OpSyncDir, syscall.EIO, always) }, replace: syscall.EIO},
		{name: "a file that cannot be cut", disk: func() Disk { return faulty(OpTruncate, syscall.EIO, always) }},
	} {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			old, fresh := `{"is": "the old content"}`, `{"is":"new"}`
			for _, c := range []struct {
				name string
				do   func(d Disk, path string) error
				want error
			}{
				{"replace", func(d Disk, path string) error { return d.Replace(path, []byte(fresh), 0o600) }, b.replace},
				{"swap", func(d Disk, path string) error {
					made, err := d.CreateTemp(filepath.Dir(path), ".test-", []byte(fresh), path)
					if err != nil {
						return err
					}
					defer made.Discard()
					swapped, err := made.Swap(path, Content{true, []byte(old)})
					if err == nil && !swapped && b.name != "no right to write" { // it cannot be compared there
						err = ErrRestless
					}
					return err
				}, b.swap},
				{"write in place", func(d Disk, path string) error { return d.WriteInPlace(path, []byte(fresh), len(old)) }, b.inPlace},
				{"rehearse", func(d Disk, path string) error { _, err := d.Rehearse(path, ".test-", 100); return err }, b.rehearsal},
			} {
				dir := files.TempDir(t)
				path := filepath.Join(dir, "file")
				files.Write(t, path, []byte(old))
				if err := c.do(b.disk(), path); !errors.Is(err, c.want) {
					t.Errorf("%s: %v, want %v", c.name, err, c.want)
				}
				got := strings.TrimSpace(string(files.Read(t, path)))
				torn := c.name == "write in place" && c.want != nil && strings.HasSuffix(got, old[len(old)/2:])
				if got != old && got != fresh && !torn {
					t.Errorf("%s: the file holds %q", c.name, got)
				}
				if entries, _ := os.ReadDir(dir); len(entries) != 1 {
					t.Errorf("%s: left over: %v", c.name, entries)
				}
			}
		})
	}
}

// What is no regular file is refused without waiting, and what is too large
// without being read.
func TestReadRefuses(t *testing.T) {
	dir := files.TempDir(t)
	large := filepath.Join(dir, "large")
	files.Write(t, large, nil)
	must.Do(t, os.Truncate(large, 5<<30))
	for path, want := range map[string]error{dir: ErrIsFolder, large: ErrTooLarge} {
		begin := time.Now()
		for name, err := range map[string]error{"Read": second(Read(path, limit)), "Open": second(Disk{}.Open(path, false, 0))} {
			if name == "Open" && want == ErrTooLarge {
				continue
			}
			if err == nil || name == "Read" && !errors.Is(err, want) {
				t.Errorf("%s of %s: %v, want %v", name, path, err, want)
			}
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%s: %v", path, took)
		}
	}
	if c, err := Read(filepath.Join(dir, "nothing"), limit); c.Exists || err != nil {
		t.Errorf("nothing: %v, %v", c, err)
	}
	if got := Reason(tooLarge(32 << 20)).Error(); got != "it is larger than 32 MiB" {
		t.Errorf("the reason is %q", got)
	}
}

func second[T any](_ T, err error) error { return err }

// Replace keeps the mode, and leaves a file alone that was there before under
// another name: a symbolic link is replaced itself.
func TestReplace(t *testing.T) {
	dir := files.TempDir(t)
	real, link, fresh := filepath.Join(dir, "real"), filepath.Join(dir, "link"), filepath.Join(dir, "fresh")
	files.Write(t, real, []byte("old"))
	files.Chmod(t, real, 0o640)
	files.Symlink(t, "real", link)
	for _, path := range []string{link, real, fresh} {
		must.Do(t, Replace(path, []byte("new"), 0o644))
	}
	for path, mode := range map[string]fs.FileMode{real: 0o640, fresh: 0o644, link: 0o644} {
		info, err := os.Lstat(path)
		if err != nil || !info.Mode().IsRegular() || info.Mode().Perm() != mode && os.PathSeparator == '/' {
			t.Errorf("%s: mode %v, %v", path, info.Mode(), err)
		}
		if got := string(files.Read(t, path)); got != "new" {
			t.Errorf("%s holds %q", path, got)
		}
	}
}

// What a dying process has left is removed by the next that replaces the file.
func TestReplaceSweeps(t *testing.T) {
	dir := files.TempDir(t)
	stale, young := filepath.Join(dir, ".file-ABCDEF"), filepath.Join(dir, ".file-GHIJKL")
	files.Write(t, stale, []byte("secret"))
	files.Write(t, young, []byte("another process is at it"))
	old := time.Now().Add(-2 * tempAge)
	must.Do(t, os.Chtimes(stale, old, old))
	must.Do(t, Replace(filepath.Join(dir, "file"), nil, 0o600))
	if _, err := os.Stat(stale); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the stale file: %v", err)
	}
	if _, err := os.Stat(young); err != nil {
		t.Errorf("the young file: %v", err)
	}
}

func TestPad(t *testing.T) {
	if got := Pad([]byte("{}"), 4); !bytes.Equal(got, []byte("{}  ")) {
		t.Errorf("got %q", got)
	}
	if got := Pad([]byte("{}"), 1); !bytes.Equal(got, []byte("{}")) {
		t.Errorf("got %q", got)
	}
}

func TestReadEnd(t *testing.T) {
	path := filepath.Join(files.TempDir(t), "file")
	if _, _, err := ReadEnd(path, 4); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
	files.Write(t, path, []byte("0123456789"))
	for limit, want := range map[int64]string{4: "6789", 10: "0123456789", 20: "0123456789"} {
		if data, from, err := ReadEnd(path, limit); string(data) != want || from != int64(10-len(want)) || err != nil {
			t.Errorf("the last %d bytes: %q from %d, %v", limit, data, from, err)
		}
	}
}
