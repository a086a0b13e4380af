package safefile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rekey/test/kit/must"
)

// A file that Rekey reads can be taken away by others, and one that others read
// is replaced when they have finished.
func TestFileIsReplacedWhileItIsRead(t *testing.T) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("replaced-%d", os.Getpid())) // Wine cannot remove t.TempDir's
	path, fresh := filepath.Join(dir, "auth.json"), filepath.Join(dir, "fresh")
	err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(path, []byte("old"), 0o600), os.WriteFile(fresh, []byte("new"), 0o600))
	must.Do(t, err)
	defer func() { _, _ = os.Remove(path), os.Remove(dir) }()

	other, err := os.Open(path) // as programs do that do not think of it
	must.Do(t, err)
	if err := os.Rename(fresh, path); err == nil {
		t.Fatal("a file that is read can be replaced; this test tests nothing")
	}
	time.AfterFunc(5*replacePause, func() { _ = other.Close() })
	must.Do(t, retry(func() error { return os.Rename(fresh, path) }))
	if content, err := os.ReadFile(path); err != nil || string(content) != "new" {
		t.Errorf("the file holds %q, %v", content, err)
	}

	ours := must.Get(openToRead(path))(t)
	if err := os.Remove(path); err != nil {
		t.Errorf("while we read it: %v", err)
	}
	_ = ours.Close()
}
