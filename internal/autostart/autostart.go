// Package autostart starts Rekey when the user signs in to the desktop: with an
// autostart entry on freedesktop systems, the Run key on Windows, a launch
// agent on macOS.
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

// Login is the desktop's setting for starting this program at login. It
// respects the desktop's own settings: an entry that they have disabled is off,
// and Set(true) enables it again. Implementations hold no state, so they are
// safe for concurrent use and see changes by other programs.
type Login interface {
	// Enabled reports whether the program is started at login. A file that
	// cannot be read is an error.
	Enabled() (bool, error)
	// File is the path of the user's own setting, which Set changes; "" where it is
	// not in a file. It need not exist.
	File() string
	// Set makes the program start, or not, from the next login on. It neither
	// starts nor stops anything now.
	Set(on bool) error
}

// Options say where things are.
type Options struct {
	// Getenv reads the environment.
	Getenv func(string) string
	// UserHome is the user's home directory.
	UserHome string
	// Program is the absolute path of the program to start; "" is the running
	// program.
	Program string
}

// New returns the Login of this system.
func New(o Options) (Login, error) { return system(o) }

// program is the path of the program to start. It is looked for when autostart
// is switched on, because most processes never do that.
func (o Options) program() (string, error) {
	if o.Program != "" {
		return o.Program, nil
	}
	running, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("cannot find the running program: %w", err)
	}
	program := lasting(running, o.Getenv("PATH"))
	// Windows shows a console for rekey.exe; the program beside it hides it.
	if tray := filepath.Join(filepath.Dir(program), "rekey-tray.exe"); filepath.Ext(program) == ".exe" && exists(tray) {
		program = tray
	}
	return program, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// lasting returns a path of an executable that still works after an update: the
// link on PATH that leads to it, if there is one, because package managers keep
// programs in folders named after the version.
func lasting(executable, path string) string {
	// Linux names a program that was replaced while running like this.
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
