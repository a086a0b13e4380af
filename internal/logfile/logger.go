// Package logfile writes Rekey's decisions, one line each, to a file of bounded
// size in the home's state folder, and on request to standard error.
//
// Any number of processes may write to one file. A line is written with one
// system call, so lines do not mix, and a file that has become too large is
// renamed under a lock. The file is not kept open between lines: there is
// nothing to close, and no process keeps writing to a renamed file.
package logfile

import (
	"io"
	"log/slog"
	"os"
)

// Options say what is written where. All but Path are optional.
type Options struct {
	// Path is the file.
	Path string
	// Home is the short name of the home that the lines are about.
	Home string
	// Level is the minimum level for the file, which may change at any time;
	// nil is info.
	Level slog.Leveler
	// Stderr gets the same lines from StderrLevel on; nil disables it.
	Stderr      io.Writer
	StderrLevel slog.Level
	// Tell is called once with the error when the file cannot be written; nil
	// disables it. It is called from any goroutine and must not block.
	Tell func(error)
}

// New returns a logger whose lines name the process and the home. It opens
// nothing yet. Tokens redact themselves: see auth.Secret.
func New(o Options) *slog.Logger {
	if o.Level == nil {
		o.Level = slog.LevelInfo
	}
	handlers := []slog.Handler{
		slog.NewTextHandler(&file{path: o.Path, tell: o.Tell}, &slog.HandlerOptions{Level: o.Level, ReplaceAttr: universalTime}),
	}
	if o.Stderr != nil {
		handlers = append(handlers, slog.NewTextHandler(o.Stderr, &slog.HandlerOptions{Level: o.StderrLevel}))
	}
	return slog.New(slog.NewMultiHandler(handlers...)).With("home", o.Home, "pid", os.Getpid())
}

// universalTime writes a line's time in UTC, so that lines can be sorted
// whatever the time zone.
func universalTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		a.Value = slog.TimeValue(a.Value.Time().UTC())
	}
	return a
}
