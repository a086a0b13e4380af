// Rekey keeps the sign-in of OpenAI's Codex fresh and says once when it is
// dead. This file parses the command line, wires the parts and runs them;
// configuration.go, demo.go and the wire files hold the wiring of the commands.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"rekey/assets/lang"
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
	w := wiring{
		config: config, words: words.New(lang.ForUser(config.Language, os.Getenv)),
		said: &recent{said: make(map[string]time.Time)},
	}
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
		Doctor:       w.doctor,
		Config:       config.report,
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
