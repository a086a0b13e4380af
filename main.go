// Rekey keeps the sign-in of OpenAI's Codex fresh and says once when it is
// dead. This file parses the command line, wires the parts and runs them;
// configuration.go, wire.go and demo.go hold the wiring of the longer commands.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"rekey/assets/lang"
	"rekey/auth/agent"
	"rekey/ui/cli"
	"rekey/ui/words"
)

// version is the program's; releases set it with -ldflags "-X main.version=…".
var version = "0.1.0-dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	context.AfterFunc(ctx, stop) // who asks a second time does not want to wait
	// A reader of our output that leaves must not kill us: a renewal may be
	// under way. Writing fails instead.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	config := readConfiguration(os.Getenv)
	w := wiring{config: config, words: words.New(lang.ForUser(config.Language, os.Getenv))}
	p := cli.Program{
		Version: version,
		In:      os.Stdin, Out: os.Stdout, Err: os.Stderr,
		InTerminal: isTerminal(os.Stdin), OutScreen: screen(os.Stdout), ErrScreen: screen(os.Stderr),
		Words:        w.words,
		Now:          time.Now,
		Problems:     config.problems,
		UserHome:     userHome(),
		Homes:        w.homes,
		Status:       w.status,
		Refresh:      w.refresh,
		Visit:        w.visit,
		SignInAPIKey: w.signInAPIKey,
		Watch:        w.watch,
		Tray:         w.tray,
		Window:       w.window,
		AppServer:    w.appServer,
		Demo:         w.demo,
	}
	os.Exit(p.Run(ctx, os.Args[1:]))
}

// endings are the signals that ask the program to end.
func endings() []os.Signal {
	list := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		list = append(list, syscall.SIGHUP)
	}
	return list
}

// wiring puts the parts together for each command.
type wiring struct {
	config configuration
	words  words.Words // the language of every face
}

// options are those of the home that a command is about: the one that is named,
// else the first of those that are looked after.
func (w wiring) options(home string) (agent.Options, error) {
	user, err := os.UserHomeDir()
	if err != nil {
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

// optionsOf are those of a home that homes has listed.
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
