// Package autostart starts Rekey when its user signs in to the desktop: by an
// autostart entry on freedesktop systems, by the Run key on Windows, by a
// launch agent on macOS.
package autostart

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"rekey/internal/userdir"
)

// id names the program to the desktop.
const id = "io.github.rekey.Rekey"

// Login is what a desktop does with this program when its user signs in. What
// the desktop's own settings say counts: an entry that they disabled is off,
// and Set(true) takes that back. Implementations hold no state, so they can be
// used at the same time and see what others change.
type Login interface {
	// Enabled reports whether the program is started. A file that cannot be
	// read is an error and not an answer.
	Enabled() (bool, error)
	// Set has the program started, or not, from the next time on. It neither
	// starts nor ends anything now.
	Set(on bool) error
}

// Options say where things are.
type Options struct {
	// Getenv reads the environment.
	Getenv func(string) string
	// UserHome is the user's home directory.
	UserHome string
	// Program is the absolute path of what to start; "" for the running program.
	Program string
}

// New returns this system's way to start the program.
func New(o Options) (Login, error) {
	if o.Program == "" {
		running, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("which program this is: %w", err)
		}
		o.Program = lasting(running, o.Getenv("PATH"))
		// Windows shows a console for rekey.exe; the program beside it hides it.
		if tray := filepath.Join(filepath.Dir(o.Program), "rekey-tray.exe"); filepath.Ext(o.Program) == ".exe" && exists(tray) {
			o.Program = tray
		}
	}
	return system(o)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

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

// unit is systemd's name for the keeper without a desktop.
const unit = "rekey.service"

// UnitEnabled reports whether systemd starts rekey.service for this user: by the
// link that "systemctl --user enable" makes, or root's for everybody.
func UnitEnabled(o Options) bool {
	own := userdir.Config(o.Getenv, o.UserHome)
	for _, dir := range []string{filepath.Join(own, "systemd", "user"), "/etc/systemd/user"} {
		if _, err := os.Lstat(filepath.Join(dir, "default.target.wants", unit)); err == nil {
			return true
		}
	}
	return false
}
