package agent

import (
	"path/filepath"
	"runtime"
)

// Dirs are the folders of this user that belong to Rekey.
type Dirs struct {
	// State holds what must survive: refusals, escrow, notices, preferences.
	State string
	// Runtime holds sockets; it may vanish at logout.
	Runtime string
}

// UserDirs follows the XDG base directory specification on Linux and the
// systems' own rules elsewhere. userHome is the user's home directory.
func UserDirs(getenv func(string) string, userHome string) Dirs {
	state := filepath.Join(stateRoot(getenv, userHome), "rekey")
	runtimeDir := filepath.Join(state, "run")
	if r := getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(r) {
		runtimeDir = filepath.Join(r, "rekey")
	}
	return Dirs{State: state, Runtime: runtimeDir}
}

func stateRoot(getenv func(string) string, userHome string) string {
	if d := getenv("XDG_STATE_HOME"); filepath.IsAbs(d) {
		return d
	}
	switch runtime.GOOS {
	case "windows":
		if d := getenv("LOCALAPPDATA"); filepath.IsAbs(d) {
			return d
		}
		return filepath.Join(userHome, "AppData", "Local")
	case "darwin":
		return filepath.Join(userHome, "Library", "Application Support")
	}
	return filepath.Join(userHome, ".local", "state")
}
