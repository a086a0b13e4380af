//go:build unix

package app

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// A home that a link leads to is watched by its name, because that is what
// changes; a folder is not, because nothing that happens in it matters here.
func TestLinkedHomes(t *testing.T) {
	dir := files.TempDir(t)
	folder, link, below := filepath.Join(dir, "folder"), filepath.Join(dir, "link"), filepath.Join(dir, "link", "below")
	must.Do(t, os.Mkdir(folder, 0o700))
	must.Do(t, os.Symlink(folder, link))
	var w wiring
	w.config.path = filepath.Join(dir, "config.toml")
	w.config.Homes = []string{folder, link, filepath.Join(dir, "missing"), below}
	if got, want := w.namesHomes(), []string{w.config.path, link, below}; !slices.Equal(got, want) {
		t.Errorf("watched are %q, want %q", got, want)
	}
}
