// Package autostart starts Rekey when its user signs in to the desktop: by an
// autostart entry on freedesktop systems, by the Run key on Windows, by a
// launch agent on macOS.
package autostart

import (
	"fmt"
	"os"
	"path/filepath"
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
