package app

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// What says which homes these are is read again after each change of it: the
// configuration, and a link that leads to a home.
func TestNamesOfHomesAreWatched(t *testing.T) {
	dir := files.TempDir(t)
	t.Setenv("HOME", dir)
	t.Setenv("XDG_CONFIG_HOME", dir)
	link, settings := filepath.Join(dir, "link"), filepath.Join(dir, "rekey", "config.toml")
	t.Setenv("CODEX_HOME", link)
	lead := func(to string) {
		t.Helper()
		must.Do(t, errors.Join(os.Symlink(to, link+"2"), os.Rename(link+"2", link)))
	}
	must.Do(t, errors.Join(os.Mkdir(filepath.Dir(settings), 0o700), os.Mkdir(filepath.Join(dir, "one"), 0o700), os.Mkdir(filepath.Join(dir, "two"), 0o700)))
	must.Do(t, os.WriteFile(settings, []byte("keep_fresh = true\n"), 0o600))
	lead("one")
	w := wiring{config: readConfiguration(os.Getenv)}
	homes := must.Get(w.homes(nil))(t)

	read := files.Opening(t, settings)
	ended := kit.Later(func() error { return w.whileNamed(kit.Context(t), homes) })
	read()
	must.Do(t, os.Truncate(settings, 0)) // it is written, and not opened
	read()
	lead("one") // as before
	read()
	lead("two")
	if err := <-ended; !errors.Is(err, errOtherHomes) {
		t.Errorf("after the link was led to another home: %v", err)
	}
}
