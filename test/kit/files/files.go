// Package files holds what tests of files share. Every function fails its test
// when it cannot do what it says.
package files

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"rekey/test/kit/must"
)

// TempDir is t.TempDir by its real name, without symbolic links.
func TempDir(t testing.TB) string {
	t.Helper()
	dir := must.Get(filepath.EvalSymlinks(t.TempDir()))(t)
	return dir
}

// Symlink makes a symbolic link.
func Symlink(t testing.TB, target, link string) {
	t.Helper()
	must.Do(t, os.Symlink(target, link))
}

// Mkdir makes folders, mode 0700, and those above them.
func Mkdir(t testing.TB, dirs ...string) {
	t.Helper()
	for _, dir := range dirs {
		must.Do(t, os.MkdirAll(dir, 0o700))
	}
}

// Write puts a file, mode 0600, into a new or existing place.
func Write(t testing.TB, path string, data []byte) {
	t.Helper()
	must.Do(t, os.WriteFile(path, data, 0o600))
}

// Program makes a program of a text, which everybody can run. No child that another
// goroutine starts meanwhile gets hold of the open file, which could not be run until
// that child is another program (https://go.dev/issue/22315).
func Program(t testing.TB, path, text string) {
	t.Helper()
	syscall.ForkLock.RLock()
	err := os.WriteFile(path, []byte(text), 0o755)
	syscall.ForkLock.RUnlock()
	must.Do(t, err)
	Chmod(t, path, 0o755) // whatever the umask
}

// Read returns a file's content.
func Read(t testing.TB, path string) []byte {
	t.Helper()
	data := must.Get(os.ReadFile(path))(t)
	return data
}

// Chmod sets a file's mode.
func Chmod(t testing.TB, path string, mode fs.FileMode) {
	t.Helper()
	must.Do(t, os.Chmod(path, mode))
}
