// Package app is the program rekey: it parses the command line, wires the parts
// for each command, and runs them until they are done or a signal ends them. It
// may touch everything; only main imports it.
package app

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"rekey/assets/lang"
	"rekey/auth/store/agefile"
	"rekey/internal/autostart"
	"rekey/internal/version"
	"rekey/ui/cli"
	"rekey/ui/words"
)

// Main runs the program with these arguments and returns its exit code.
func Main(args []string) int {
	if len(args) == 1 && args[0] == agefile.Command {
		return agefile.Serve(os.Stdin, os.Stdout)
	}
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	context.AfterFunc(ctx, stop) // a second signal kills the program immediately
	// A reader that closes our output must not kill us, because a refresh may
	// be under way. Writing fails instead.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	config := readConfiguration(os.Getenv)
	w := wiring{
		config: config, words: words.New(lang.ForUser(config.Language, os.Getenv)),
		said: &recent{said: make(map[string]time.Time)},
	}
	p := cli.Program{
		Version: version.Current().String(),
		In:      os.Stdin, Out: os.Stdout, Err: os.Stderr,
		InTerminal: isTerminal(os.Stdin), OutScreen: screen(os.Stdout), ErrScreen: screen(os.Stderr),
		Words:        w.words,
		Now:          time.Now,
		Problems:     config.problems,
		UserHome:     userHome(),
		Homes:        w.homes,
		Status:       w.status,
		Refresh:      w.refresh,
		WithSession:  w.withSession,
		SignInAPIKey: w.signInAPIKey,
		Watch:        w.watch,
		Tray:         w.tray,
		Window:       w.window,
		NoAutostart:  autostart.Unserved(os.Getenv),
		PanelHint:    w.panelHint,
		Doctor:       w.doctor,
		Config:       config.report,
		Lending:      w.lending,
		MakeHome:     makeHome,
		AddHome:      w.addHome,
		RemoveHome:   w.removeHome,
		Accounts:     accounts,
		Become:       become,
		AppServer:    w.appServer,
		Demo:         w.demo,
	}
	return p.Run(ctx, args)
}

// endings are the signals that ask the program to end.
func endings() []os.Signal {
	list := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup ignores it
		list = append(list, syscall.SIGHUP)
	}
	return list
}

// screen describes where a standard stream leads.
func screen(f *os.File) cli.Screen {
	terminal := isTerminal(f)
	s := cli.NewScreen(terminal, os.Getenv)
	if terminal {
		s.Width = func() int { return columns(f) }
	}
	return s
}
