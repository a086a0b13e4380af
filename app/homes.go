package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"rekey/auth"
	"rekey/auth/agent"
	"rekey/auth/appserver"
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

// options returns those of a home that homes has listed.
func (w wiring) options(home string) (agent.Options, error) {
	user, err := userdir.Home()
	if err != nil && !filepath.IsAbs(agent.UserDirs(os.Getenv, "").State) {
		return agent.Options{}, err
	}
	getenv := func(name string) string {
		if name == "CODEX_HOME" {
			return home
		}
		return os.Getenv(name)
	}
	dirs := agent.UserDirs(os.Getenv, user)
	log, level := w.log(dirs, home)
	return agent.Options{
		Dir: home, Dirs: dirs, Getenv: getenv, Settings: w.config.path, Autostart: w.autostart(user),
		OpenURL: openURL, ShowURL: w.showURL, FindCodex: findCodex, Tell: w.passOn, Log: log, LogLevel: level,
	}, nil
}

// open opens a home for one command.
func (w wiring) open(home string) (*agent.Home, cli.Report, error) {
	o, err := w.options(home)
	if err != nil {
		return nil, cli.Report{}, err
	}
	o.Store.SharedBus = true // there is no tray in this process to disturb
	return agent.Open(o), cli.Report{Home: o.Dir}, nil
}

// withSession calls face with a session of the home for the length of one
// command: through its agent if one is running, else in this process. If the
// agent exits meanwhile, face is called once more.
func (w wiring) withSession(ctx context.Context, home string, face func(context.Context, auth.Session) error) error {
	o, err := w.options(home)
	if err != nil {
		return err
	}
	o.Store.SharedBus = true    // there is no tray in this process to disturb
	o.ShowURL = func(string) {} // the face shows it
	o.OpenURL = func(ctx context.Context, url string) error {
		err := openURL(ctx, url)
		if err != nil {
			w.tell("tell.no_browser", "Why", w.words.Error(err))
		}
		return err
	}
	for alone := false; ; alone = true {
		v, err := agent.OpenOneShot(ctx, o, alone)
		if err != nil {
			return err
		}
		err = face(ctx, v)
		if v.Attached && errors.Is(err, appserver.ErrAgentGone) && ctx.Err() == nil {
			_ = v.Close(ctx) // an error of the connection, which has ended
			continue
		}
		return errors.Join(err, w.closePart(ctx, v))
	}
}
