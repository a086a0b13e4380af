package autostart

import (
	"os"
	"path/filepath"
	"strings"
)

// lasting is the path under which an executable can be started also after the
// next update: the place on the PATH that leads to it, if there is one, for
// package managers keep programs in folders that carry the version's name.
func lasting(executable, path string) string {
	// So Linux names a program that was replaced while it runs.
	if was, gone := strings.CutSuffix(executable, " (deleted)"); gone {
		if _, err := os.Stat(executable); err != nil {
			executable = was
		}
	}
	self, err := os.Stat(executable)
	if err != nil {
		return executable
	}
	for _, dir := range filepath.SplitList(path) {
		if !filepath.IsAbs(dir) {
			continue
		}
		candidate := filepath.Join(dir, filepath.Base(executable))
		if info, err := os.Stat(candidate); err == nil && os.SameFile(info, self) {
			return candidate
		}
	}
	return executable
}
