package agent

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"rekey/auth/codex"
	"rekey/internal/config"
	"rekey/internal/fault"
	"rekey/internal/userdir"
)

// Dirs are the folders of this user that belong to Rekey.
type Dirs struct {
	// State holds what must survive a restart: refusals, escrow, notices,
	// activity, log.
	State string
	// Runtime holds sockets; it may vanish at logout.
	Runtime string
}

// StateDir is the folder for what Rekey remembers of a Codex home, including
// its log. It is named after the home's identity: see codex.ID.
func (d Dirs) StateDir(home string) string { return filepath.Join(d.State, identity(home)) }

// UserDirs follows the XDG base directory specification on Linux and the
// systems' own rules elsewhere. userHome is the user's home directory.
func UserDirs(getenv func(string) string, userHome string) Dirs {
	state := filepath.Join(userdir.State(getenv, userHome), "rekey")
	runtimeDir := filepath.Join(state, "run")
	if r := getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(r) {
		runtimeDir = filepath.Join(r, "rekey")
	}
	return Dirs{State: state, Runtime: runtimeDir}
}

// Homes lists the Codex homes to use, absolute and free of links: those named
// on the command line, else those of the configuration
// (config.Settings.WithEnvironment puts $CODEX_HOME there), else Codex's own.
// Homes that share one sign-in count once. userHome is userdir.Home.
//
// Homes that do not exist yet are included. The error is about those that
// cannot be found; the others are still returned.
func Homes(named []string, chosen config.Settings, userHome func() (string, error)) ([]string, error) {
	wanted := named
	if len(wanted) == 0 {
		wanted = chosen.Homes
	}
	if len(wanted) == 0 {
		wanted = []string{""} // Codex's own
	}
	var homes, ids []string
	var failed error
	for _, name := range wanted {
		dir, err := codex.ResolveHome(func(string) string { return name }, userHome)
		if err != nil && !errors.Is(err, codex.ErrHomeMissing) { // a home may be created later
			failed = errors.Join(failed, err)
			continue
		}
		if slices.Contains(strings.Split(filepath.ToSlash(dir), "/"), "~") {
			failed = errors.Join(failed, fault.New("tilde_home", "the home {{.Where}} has a ~ in it that no shell has expanded; write the path in full", "Where", dir))
			continue
		}
		if id := identity(dir); !slices.Contains(ids, id) {
			homes, ids = append(homes, dir), append(ids, id)
		}
	}
	return homes, failed
}
