package autostart

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"rekey/internal/userdir"
)

// freedesktop follows the Desktop Application Autostart Specification: an entry
// in the user's folder overrides one of the same name in the system's.
type freedesktop struct {
	program  func() (string, error)
	dirs     []string // the user's folder, then the system's
	desktops []string // names of the running desktop
}

func newFreedesktop(o Options) freedesktop {
	system := o.Getenv("XDG_CONFIG_DIRS")
	if system == "" {
		system = "/etc/xdg"
	}
	f := freedesktop{program: o.program, desktops: strings.Split(o.Getenv("XDG_CURRENT_DESKTOP"), ":")}
	for _, dir := range append([]string{userdir.Config(o.Getenv, o.UserHome)}, filepath.SplitList(system)...) {
		if filepath.IsAbs(dir) {
			f.dirs = append(f.dirs, filepath.Join(dir, "autostart"))
		}
	}
	return f
}

// file is the entry in a folder.
func file(dir string) string { return filepath.Join(dir, id+".desktop") }

// Enabled implements Login.
func (f freedesktop) Enabled() (bool, error) { return f.enabled(f.dirs) }

// File implements Login.
func (f freedesktop) File() string {
	if len(f.dirs) == 0 {
		return ""
	}
	return file(f.dirs[0])
}

// enabled reports whether the first entry in these folders is on.
func (f freedesktop) enabled(dirs []string) (bool, error) {
	for _, dir := range dirs {
		content, err := readEntry(file(dir))
		switch {
		case err == nil:
			return f.starts(parseEntry(content)), nil
		case !errors.Is(err, fs.ErrNotExist):
			return false, err
		}
	}
	return false, nil
}

// starts reports whether this desktop starts what the entry names.
func (f freedesktop) starts(e entry) bool {
	switch {
	case e["Hidden"] == "true", e["X-GNOME-Autostart-enabled"] == "false":
		return false // this is how the settings of Xfce, KDE and GNOME switch it off
	case e["Exec"] == "":
		return false
	case e["OnlyShowIn"] != "" && !f.isOneOf(e["OnlyShowIn"]):
		return false
	case e["NotShowIn"] != "" && f.isOneOf(e["NotShowIn"]):
		return false
	}
	if try := e["TryExec"]; try != "" {
		if _, err := exec.LookPath(try); err != nil {
			return false
		}
	}
	return true
}

// isOneOf reports whether the running desktop is in a list of an entry.
func (f freedesktop) isOneOf(list string) bool {
	return slices.ContainsFunc(strings.Split(list, ";"), func(name string) bool {
		return name != "" && slices.Contains(f.desktops, name)
	})
}

// Unserved is the name of the desktop that runs, if it is one that starts no
// autostart entries by itself, else "": compositors that leave it to what their
// user configures. Getenv reads the environment.
func Unserved(getenv func(string) string) string {
	for _, name := range strings.Split(getenv("XDG_CURRENT_DESKTOP"), ":") {
		switch name {
		case "sway", "Hyprland", "river", "labwc":
			return name
		}
	}
	return ""
}

// Set implements Login. It always writes the entry, so that it has the
// program's current path.
func (f freedesktop) Set(on bool) error {
	own := file(f.dirs[0])
	if on {
		program, err := f.program()
		if err != nil {
			return err
		}
		content, err := formatEntry(program)
		if err != nil {
			return err
		}
		return replace(own, content)
	}
	system, err := f.enabled(f.dirs[1:])
	if err != nil {
		return err
	}
	if system { // only a user's own entry can hide it
		return replace(own, hiddenEntry)
	}
	if err := os.Remove(own); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
