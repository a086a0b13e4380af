// Rekey keeps the sign-in of OpenAI's Codex fresh and says once when it is
// dead. This file parses the command line, wires the parts and runs them;
// wire.go and demo.go hold the wiring of the longer commands.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"rekey/assets/lang"
	"rekey/auth/agent"
	"rekey/auth/store"
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
	w := wiring{words: words.New(lang.ForUser("", os.Getenv))}
	p := cli.Program{
		Version: version,
		In:      os.Stdin, Out: os.Stdout, Err: os.Stderr,
		InTerminal: isTerminal(os.Stdin), OutScreen: screen(os.Stdout), ErrScreen: screen(os.Stderr),
		Words:        w.words,
		Now:          time.Now,
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
	words words.Words // the language of every face
}

// options are those of the home that a command is about: the one that is
// named, else Codex's own.
func (w wiring) options(home string) (agent.Options, error) {
	user, err := os.UserHomeDir()
	if err != nil {
		return agent.Options{}, err
	}
	getenv := os.Getenv
	if home != "" {
		if home, err = filepath.Abs(home); err != nil {
			return agent.Options{}, err
		}
		getenv = func(name string) string {
			if name == "CODEX_HOME" {
				return home
			}
			return os.Getenv(name)
		}
	}
	dir, err := store.ResolveHome(getenv, os.UserHomeDir)
	if err != nil && !errors.Is(err, store.ErrHomeMissing) { // a home may come yet
		return agent.Options{}, err
	}
	return agent.Options{
		Dir: dir, Dirs: agent.UserDirs(getenv, user), Getenv: getenv,
		OpenURL: openURL, ShowURL: w.showURL, Tell: w.passOn, Log: newLog(getenv("REKEY_LOG")),
	}, nil
}
