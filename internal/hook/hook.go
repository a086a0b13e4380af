// Package hook runs the user's own program when a State changes, with the State
// as JSON on its standard input: never two at once, only for the newest State,
// and bounded in time.
//
// A configuration file names the program, so it is run only if no other user
// could have changed either: see trusted.
package hook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"rekey/auth"
	"rekey/internal/fault"
	"rekey/internal/proc"
	"rekey/internal/safefile"
)

// limit is how long a hook may run before it is stopped.
const limit = 30 * time.Second

// Options configure a Hook. All but Environ are optional.
type Options struct {
	// Config is the file that names the program, which must be as safe as the
	// program; "" for none.
	Config string
	// Home is the Codex home that the report names.
	Home string
	// Lock is a lock file that serializes the hooks of all homes; "" for none.
	Lock string
	// Environ is the program's whole environment.
	Environ []string
	// Tell is called with the error of a hook that fails, once until it works
	// again; nil disables it. It must not block.
	Tell func(error)
	// Log receives one line for each run; nil discards them.
	Log *slog.Logger
}

// Hook runs the program. Its methods are safe for concurrent use.
type Hook struct {
	opts  Options
	limit time.Duration
	told  string        // the last failure that was told; Run's own
	news  chan struct{} // has a message when the program has changed

	mu      sync.Mutex // guards program
	program string
}

// New returns a Hook that runs nothing yet.
func New(o Options) *Hook {
	if o.Tell == nil {
		o.Tell = func(error) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Hook{opts: o, limit: limit, news: make(chan struct{}, 1)}
}

// Use sets the program, an absolute path; "" for none. A running one is not
// stopped.
func (h *Hook) Use(program string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.program == program {
		return
	}
	h.program = program
	select {
	case h.news <- struct{}{}:
	default:
	}
}

func (h *Hook) current() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.program
}

// Run runs the program for each State that it receives, and for the last one
// when Use sets another program. It returns when states is closed or ctx is
// done, and stops a running program. While one runs, states must keep only the
// newest State: see auth.Broadcast.
func (h *Hook) Run(ctx context.Context, states <-chan auth.State) {
	type call struct {
		program string
		state   auth.State
	}
	var last, next call
	seen := false
	for {
		select {
		case st, ok := <-states:
			if !ok {
				return
			}
			next.state, seen = st, true
		case <-h.news:
		case <-ctx.Done():
			return
		}
		next.program = h.current()
		if !seen || next == last {
			continue
		}
		unlock := h.turn(ctx, next.program)
		select {
		case st, ok := <-states: // newer than the one that waited
			if ok {
				next.state = st
			}
		default:
		}
		last = next
		h.call(ctx, next.program, next.state)
		unlock()
	}
}

// turn waits until no other home's hook runs, or until ctx is done.
func (h *Hook) turn(ctx context.Context, program string) (unlock func()) {
	if h.opts.Lock == "" || program == "" {
		return func() {}
	}
	unlock, err := safefile.Lock(ctx, h.opts.Lock, 0o600)
	if err != nil {
		if ctx.Err() == nil {
			h.opts.Log.Warn("hook: cannot wait for the hooks of other homes", "error", err)
		}
		return func() {}
	}
	return unlock
}

// call runs the program, if there is one, and logs the result.
func (h *Hook) call(ctx context.Context, program string, st auth.State) {
	if program == "" || ctx.Err() != nil {
		return
	}
	began := time.Now()
	err := h.try(ctx, program, st)
	if ctx.Err() != nil {
		return
	}
	took := time.Since(began).Round(time.Millisecond)
	if err == nil {
		h.told = ""
		h.opts.Log.Info("hook: ran", "program", program, "status", st.Status, "took", took)
		return
	}
	h.opts.Log.Warn("hook: failed", "program", program, "status", st.Status, "took", took, "error", err)
	failed := fault.New("hook_failed", "the hook {{.Path}} does not work: {{.Why}}", "Path", program, "Why", err)
	if text := failed.Error(); text != h.told {
		h.told = text
		h.opts.Tell(failed)
	}
}

// try runs the program and waits for it.
func (h *Hook) try(ctx context.Context, program string, st auth.State) error {
	if err := Check(program, h.opts.Config); err != nil {
		return err
	}
	path, err := trusted(program)
	if err != nil {
		return err
	}
	var input bytes.Buffer
	if err := auth.NewStateReport(h.opts.Home, st, time.Now()).Write(&input, false); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, h.limit)
	defer cancel()
	said := &proc.Beginning{Room: 500}
	cmd := proc.Command(limited, path)
	cmd.Args = []string{program}
	cmd.Dir = filepath.Dir(path)
	cmd.Env = h.opts.Environ
	cmd.Stdin, cmd.Stderr = &input, said
	err = proc.Run(cmd)
	switch {
	case errors.Is(err, exec.ErrWaitDelay): // it has exited successfully, but something it started has not
		return nil
	case limited.Err() != nil:
		return fault.New("hook_late", "it took longer than {{.Limit}} and was stopped", "Limit", h.limit)
	case err != nil && said.String() != "":
		return fmt.Errorf("%w: %s", err, strings.Join(strings.Fields(said.String()), " "))
	}
	return err
}
