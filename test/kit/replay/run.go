package replay

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// Options say what to run and how patiently.
type Options struct {
	// Command is the program, absolute or in PATH, and its arguments.
	Command []string
	// Env is added, as NAME=value, to the few variables the command gets.
	Env []string
	// Methods are those the command knows, nil for all: optional steps with
	// another method are left out. Leave out cases that are not Runnable.
	Methods []string
	// IgnoreStartupCount compares numbers of requests relative to the number
	// when the command has answered initialize.
	IgnoreStartupCount bool
	// Quiet is for how long the authority must be idle before its requests are
	// counted, 30 ms when zero; QuietStart the same after initialize. A command
	// that goes on asking after its answer needs longer times.
	Quiet, QuietStart time.Duration
}

const defaultQuiet = 30 * time.Millisecond

// Run plays one case and returns its differences from the recording, none when
// the command behaves as recorded. It leaves no process and no file behind.
// Concurrent runs do not disturb each other.
func Run(ctx context.Context, c Case, o Options) []string {
	if len(o.Command) == 0 || !c.Runnable(o.Methods) {
		return []string{"the case needs more than the command can do"}
	}
	o.Quiet, o.QuietStart = orDefault(o.Quiet), orDefault(o.QuietStart)
	seen, err := observe(ctx, c, o)
	if err != nil {
		return []string{fmt.Sprintf("the case could not be played: %v", err)}
	}
	return compare(c, seen, o.IgnoreStartupCount)
}

func orDefault(d time.Duration) time.Duration {
	if d == 0 {
		return defaultQuiet
	}
	return d
}

// observe plays the case in a world of its own.
func observe(ctx context.Context, c Case, o Options) (seen observation, err error) {
	w, err := newWorld(c.given, o)
	if err != nil {
		return observation{}, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	before, err := look(w.home)
	if err != nil {
		return observation{}, err
	}
	first, err := w.startCommand(ctx)
	if err != nil {
		return observation{}, err
	}
	seen.steps = append(seen.steps, first)
	for _, s := range c.steps {
		if s.Call == "initialize" {
			continue // startCommand has done it
		}
		done, err := w.play(ctx, s)
		if err != nil {
			return observation{}, err
		}
		seen.steps = append(seen.steps, done)
	}
	after, err := look(w.home)
	if err != nil {
		return observation{}, err
	}
	seen.after = after.describe(before, w.templates)
	for _, r := range w.authority.seen() {
		seen.requests = append(seen.requests, request{r.Method, w.templates.collapseText(r.Body)})
	}
	return seen, nil
}

// startCommand starts the command and greets it.
func (w *world) startCommand(ctx context.Context) (observed, error) {
	command := slices.Clone(w.options.Command)
	asNobody := w.given.AsNobody && os.Geteuid() == 0
	if asNobody {
		if err := w.admitNobody(command); err != nil {
			return observed{}, err
		}
	}
	env, err := w.env()
	if err != nil {
		return observed{}, err
	}
	if w.client, err = startClient(command, env, w.home, asNobody); err != nil {
		return observed{}, err
	}
	limited, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	if err := w.client.Initialize(limited, "golden"); err != nil && ctx.Err() != nil { // another failure shows in the calls that follow
		return observed{}, fmt.Errorf("wait for an answer: %w", context.Cause(ctx))
	}
	if err := w.authority.settle(ctx, w.options.QuietStart, 0); err != nil {
		return observed{}, err
	}
	return observed{requests: len(w.authority.seen())}, nil
}

// admitNobody makes the home one of a user without rights and sees to it that
// this user can execute the command.
func (w *world) admitNobody(command []string) error {
	if err := os.Chmod(w.root, 0o755); err != nil {
		return err
	}
	program, err := forEverybody(command[0], w.root)
	if err != nil {
		return err
	}
	command[0] = program
	return giveToNobody(w.home)
}
