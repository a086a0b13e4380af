package agent

import (
	"path/filepath"
	"runtime"
)

// Dirs are the folders of this user that belong to Rekey.
type Dirs struct {
	// State holds what must survive: refusals, escrow, notices, activity, log.
	State string
	// Runtime holds sockets; it may vanish at logout.
	Runtime string
}

// StateDir is the folder for what Rekey remembers of a Codex home, its log among
// it. It is named after the home's identity: see store.ID.
func (d Dirs) StateDir(home string) string { return filepath.Join(d.State, identity(home)) }

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
