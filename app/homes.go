package app

import (
	"os"
	"path/filepath"

	"rekey/auth/agent"
	"rekey/internal/userdir"
	"rekey/ui/cli"
	"rekey/ui/words"
)

// wiring wires the parts for each command.
type wiring struct {
	config configuration
	words  words.Words // the language of every face
	said   *recent
}

// options returns those of a command's home: the one named, else the first that
// Rekey looks after.
func (w wiring) options(home string) (agent.Options, error) {
	user, err := userdir.Home()
	if err != nil && !filepath.IsAbs(agent.UserDirs(os.Getenv, "").State) {
		return agent.Options{}, err
	}
	var named []string
	if home != "" {
		named = []string{home}
	}
	homes, err := w.homes(named)
	if len(homes) == 0 {
		return agent.Options{}, err
	}
	return w.optionsOf(homes[0], user), nil
}

// optionsOf returns the options of a home that homes has listed.
func (w wiring) optionsOf(dir, user string) agent.Options {
	getenv := func(name string) string {
		if name == "CODEX_HOME" {
			return dir
		}
		return os.Getenv(name)
	}
	dirs := agent.UserDirs(os.Getenv, user)
	log, level := w.log(dirs, dir)
	return agent.Options{
		Dir: dir, Dirs: dirs, Getenv: getenv, Settings: w.config.path, Autostart: w.autostart(user),
		OpenURL: openURL, ShowURL: w.showURL, FindCodex: findCodex, Tell: w.passOn, Log: log, LogLevel: level,
	}
}

// open opens a home for one command.
func (w wiring) open(home string) (*agent.Home, cli.Report, error) {
	o, err := w.options(home)
	if err != nil {
		return nil, cli.Report{}, err
	}
	o.Store.SharedBus = true // there is no tray in this process to disturb
	h, err := agent.Open(o)
	return h, cli.Report{Home: o.Dir}, err
}
