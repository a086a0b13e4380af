//go:build unix

package app

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"rekey/test/kit/must"
)

// A home that a link leads to is watched by its name, because that is what
// changes; a folder is not, because nothing that happens in it matters here.
func TestLinkedHomes(t *testing.T) {
	dir := must.Get(filepath.EvalSymlinks(t.TempDir()))(t)
	folder, link, below := filepath.Join(dir, "folder"), filepath.Join(dir, "link"), filepath.Join(dir, "link", "below")
	must.Do(t, os.Mkdir(folder, 0o700))
	must.Do(t, os.Symlink(folder, link))
	var w wiring
	w.config.Homes = []string{folder, link, filepath.Join(dir, "missing"), below}
	if got := w.linked(); !slices.Equal(got, []string{link, below}) {
		t.Errorf("watched are %q, want %q", got, []string{link, below})
	}
}
