package safefile

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// temp is a new content for dir.
func temp(t *testing.T, dir, data string) *Temp {
	t.Helper()
	f := must.Get(Disk{}.CreateTemp(dir, ".test-", []byte(data), ""))(t)
	t.Cleanup(f.Discard)
	return f
}

func TestSwapIn(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		kit.Missing(t, "a system call that exchanges two names")
	}
	for _, tt := range []struct {
		name     string
		seen     Content
		now      string // what the file holds when it comes to renaming, "" for nothing
		replaced bool
	}{
		{"as seen", Content{true, []byte("seen")}, "seen", true},
		{"absent as seen", Content{}, "", true},
		{"changed in between", Content{true, []byte("seen")}, "foreign", false},
		{"deleted in between", Content{true, []byte("seen")}, "", false},
		{"made in between", Content{}, "foreign", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			target := filepath.Join(dir, "auth.json")
			if tt.now != "" {
				files.Write(t, target, []byte(tt.now))
			}
			ours := temp(t, dir, "ours")
			replaced, err := ours.Swap(target, tt.seen)
			if err != nil || replaced != tt.replaced {
				t.Fatalf("got %v, %v; want %v", replaced, err, tt.replaced)
			}
			ours.Discard()
			want := tt.now
			if tt.replaced {
				want = "ours"
			}
			got, err := Read(target, 1<<20)
			if err != nil || string(got.Data) != want {
				t.Errorf("the file holds %q, %v; want %q", got.Data, err, want)
			}
			if entries, _ := os.ReadDir(dir); len(entries) > 1 {
				t.Errorf("left over: %v", entries)
			}
		})
	}
}

// A third writer replaces what was put in while the second one's content is
// being put back.
func TestPutBackTheNewest(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		kit.Missing(t, "a system call that exchanges two names")
	}
	dir := t.TempDir()
	target := filepath.Join(dir, "auth.json")
	ours := temp(t, dir, "ours")
	files.Write(t, target, []byte("second"))
	must.Do(t, exchange(ours.path, target))
	third := temp(t, dir, "third")
	must.Do(t, os.Rename(third.path, target))
	must.Do(t, ours.putBack(target))
	if got := string(files.Read(t, target)); got != "third" {
		t.Errorf("the file holds %q, want the newest", got)
	}
}

func TestPutBackFailureKeepsTheForeignContent(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		kit.Missing(t, "a system call that exchanges two names")
	}
	dir := t.TempDir()
	target := filepath.Join(dir, "auth.json")
	ours := temp(t, dir, "ours")
	files.Write(t, target, []byte("foreign"))
	must.Do(t, exchange(ours.path, target))
	must.Do(t, os.Remove(target))
	err := ours.putBack(target)
	if !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), ours.path) {
		t.Errorf("error %v", err)
	}
	ours.Discard()
	if got := string(files.Read(t, ours.path)); got != "foreign" {
		t.Errorf("%s holds %q", ours.path, got)
	}
}
