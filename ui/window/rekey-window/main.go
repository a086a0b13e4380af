// Rekey-window is Rekey's graphical window. The agent starts it when it is
// asked for; it is a client of the agents' sockets and gone when it is closed.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"

	"rekey/assets/lang"
	"rekey/ui/words"
)

// The exit codes.
const (
	exitClosed = 0 // the window was shown, and closed
	exitFailed = 1 // no window could be shown: no agent, no display, no OpenGL
	exitUsage  = 2 // wrong arguments
)

func main() { os.Exit(start(os.Args[1:])) }

// start reads the command line, shows the window, and returns the exit code.
func start(args []string) int {
	w := words.New(lang.ForUser("", os.Getenv))
	o, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Println(w.Say("window_program.usage"))
		return exitClosed
	case err != nil:
		fmt.Fprintln(os.Stderr, "rekey-window: "+w.Say("window_program.misuse", "Why", w.Error(err)))
		return exitUsage
	}
	if err := show(o, w, newLog(os.Getenv("REKEY_LOG"))); err != nil {
		fmt.Fprintln(os.Stderr, "rekey-window: "+w.Say("reason.sentence", "Why", w.Error(err)))
		return exitFailed
	}
	return exitClosed
}

// options are what the command line says.
type options struct {
	sockets []string
	logs    string
	ask     string // what else a window is asked for
}

// What a window can be asked for.
const (
	askShow  = "show"        // that it comes forward
	askAdd   = "add-account" // and asks for an account to add
	askLearn = "learn"       // only that it learns of all homes; nothing is opened
)

// parse reads the command line.
func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("rekey-window", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("socket", "", func(path string) error {
		if path == "" {
			return errors.New("it is empty")
		}
		o.sockets = append(o.sockets, path)
		return nil
	})
	flags.StringVar(&o.logs, "logs", "", "")
	o.ask = askShow
	for _, other := range []string{askAdd, askLearn} {
		flags.BoolFunc(other, "", func(string) error { o.ask = other; return nil })
	}
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 {
		return options{}, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if len(o.sockets) == 0 {
		return options{}, errors.New("--socket is needed: which Rekey to show")
	}
	return o, nil
}

// newLog writes to standard error from the level that REKEY_LOG names; without
// it nothing is logged. Fyne's own lines are for debugging.
func newLog(level string) *slog.Logger {
	var least slog.Level
	handler := slog.DiscardHandler
	if level != "" && least.UnmarshalText([]byte(level)) == nil {
		handler = slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: least})
	}
	log.SetFlags(0)
	log.SetOutput(slog.NewLogLogger(handler, slog.LevelDebug).Writer())
	return slog.New(handler)
}
