package watcher

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/fsnotify/fsnotify"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

// TestFolders: what is written in a folder is told of, also behind a link, and
// nothing more once it is removed.
func TestFolders(t *testing.T) {
	f := must.Get(OpenFolders())(t)
	dir := filepath.Join(t.TempDir(), "link")
	must.Do(t, os.Symlink(t.TempDir(), dir))
	must.Do(t, f.Add(dir))
	file, other := filepath.Join(dir, "file"), t.TempDir()
	must.Do(t, os.WriteFile(file, []byte("1"), 0o600))
	for told := false; !told; {
		event := kit.Receive(t, "the file is created", f.Events())
		told = event.Name == file && event.Op&fsnotify.Create != 0
	}
	must.Do(t, os.WriteFile(file, []byte("22"), 0o600))
	for told := false; !told; {
		event := kit.Receive(t, "the file is written", f.Events())
		told = event.Name == file && event.Op&fsnotify.Write != 0
	}
	if err := f.Add(filepath.Join(other, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("watching no folder: %v", err)
	}
	must.Do(t, f.Add(other))
	f.Remove(dir)
	must.Do(t, os.WriteFile(filepath.Join(dir, "later"), []byte("333"), 0o600))
	must.Do(t, os.Mkdir(filepath.Join(other, "new"), 0o700))
	for told := false; !told; {
		event := kit.Receive(t, "the folder is created", f.Events())
		told = event.Name == filepath.Join(other, "new")
		if event.Name == filepath.Join(dir, "later") {
			t.Errorf("there is %v in a folder that is no longer watched", event)
		}
	}
	f.Close()
	if _, open := <-f.Events(); open {
		t.Error("there are events after the end")
	}
}
