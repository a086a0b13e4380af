// Package userdir says where a user's folders for programs are: by the XDG base
// directory specification on Linux, by the systems' own rules elsewhere.
package userdir

import (
	"os"
	"os/user"
	"path/filepath"
	"runtime"

	"rekey/internal/fault"
)

// Home is the user's home directory: $HOME, else what the system's list of users
// says, because a service may have no $HOME.
func Home() (string, error) {
	dir, err := os.UserHomeDir()
	if err == nil {
		return dir, nil
	}
	if me, listed := user.Current(); listed == nil && filepath.IsAbs(me.HomeDir) {
		return me.HomeDir, nil
	}
	return "", errNoHome
}

// errNoHome means that nothing tells the user's home directory.
var errNoHome = fault.New("no_user_home", "the user's home directory is not known; set HOME")

// Config is the folder for configuration files. home is the user's home directory.
func Config(getenv func(string) string, home string) string {
	return folder(getenv, home, place{
		xdg: "XDG_CONFIG_HOME", linux: ".config", windows: "APPDATA", below: "AppData/Roaming",
	})
}

// State is the folder for state that must survive a restart.
// home is the user's home directory.
func State(getenv func(string) string, home string) string {
	return folder(getenv, home, place{
		xdg: "XDG_STATE_HOME", linux: ".local/state", windows: "LOCALAPPDATA", below: "AppData/Local",
	})
}

// place says where the systems keep one kind of folder: two variables, and the
// default folders below the home directory.
type place struct{ xdg, linux, windows, below string }

func folder(getenv func(string) string, home string, p place) string {
	if dir := getenv(p.xdg); filepath.IsAbs(dir) {
		return dir
	}
	switch runtime.GOOS {
	case "windows":
		if dir := getenv(p.windows); filepath.IsAbs(dir) {
			return dir
		}
		return filepath.Join(home, filepath.FromSlash(p.below))
	case "darwin":
		return filepath.Join(home, "Library", "Application Support")
	}
	return filepath.Join(home, filepath.FromSlash(p.linux))
}
