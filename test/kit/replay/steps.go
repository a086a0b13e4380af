package replay

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"rekey/test/kit/sandbox"
)

// observation is what became of a case.
type observation struct {
	steps    []observed
	after    map[string]any
	requests []request
}

// observed is what became of one step.
type observed struct {
	results  []callResult // one for each call of the step
	requests int          // refreshes so far
	skipped  bool         // an optional step that was left out
}

// play does one step.
func (w *world) play(ctx context.Context, s step) (observed, error) {
	switch {
	case s.Action == "await_call":
		answer, ok := w.held[s.ID]
		if !ok {
			return observed{}, fmt.Errorf("no call %q was started", s.ID)
		}
		delete(w.held, s.ID)
		return w.collect(ctx, s, answer)
	case s.Action == "count":
		return w.collect(ctx, s)
	case s.Action != "":
		return observed{}, w.act(ctx, s)
	case len(s.Concurrent) == 0 && !knows(w.options.Methods, s.Call):
		return observed{skipped: true}, nil
	}
	var answers []sandbox.Pending
	for _, call := range s.calls() {
		answers = append(answers, w.begin(call))
	}
	return w.collect(ctx, s, answers...)
}

// begin sends a step's call.
func (w *world) begin(s step) sandbox.Pending {
	if absent(s.Params) {
		return w.client.Begin(s.Call, nil)
	}
	return w.client.Begin(s.Call, w.templates.expand(s.Params))
}

// collect waits for a step's answers and then for the authority, and counts.
func (w *world) collect(ctx context.Context, s step, answers ...sandbox.Pending) (observed, error) {
	var o observed
	for _, answer := range answers {
		r, err := resultOf(ctx, answer)
		if err != nil {
			return observed{}, err
		}
		r.value = w.templates.collapse(r.value)
		o.results = append(o.results, r)
	}
	expected := 0
	if s.ExpectRequests != nil {
		expected = *s.ExpectRequests
	}
	if err := w.authority.settle(ctx, w.options.Quiet, expected); err != nil {
		return observed{}, err
	}
	o.requests = len(w.authority.seen())
	return o, nil
}

// act does a step that is no call.
func (w *world) act(ctx context.Context, s step) error {
	switch s.Action {
	case "write_auth":
		return writeAuth(w.home, w.templates.expand(s.AuthJSON), s.Mode)
	case "delete_auth":
		return os.Remove(authFile(w.home))
	case "sleep":
		return pause(ctx, seconds(s.Seconds))
	case "hold_lock":
		return w.holdLock(s)
	case "start_call":
		return w.startCall(ctx, s)
	}
	return fmt.Errorf("unknown action %q", s.Action)
}

// startCall sends a call that a later step awaits.
func (w *world) startCall(ctx context.Context, s step) error {
	before := len(w.authority.seen())
	w.held[s.ID] = w.begin(s)
	if !s.UntilRequest {
		return pause(ctx, 100*time.Millisecond) // the recordings were made so
	}
	// Without a request the case goes on, and its counts tell.
	bounded, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	_ = w.authority.awaitMore(bounded, before)
	return ctx.Err()
}

// heldLock is a lock file that the harness holds for some time.
type heldLock struct {
	file  *os.File
	timer *time.Timer
}

func (l *heldLock) release() {
	l.timer.Stop()
	_ = l.file.Close() // it may be closed already
}

func (w *world) holdLock(s step) error {
	file, err := lock(filepath.Join(w.home, s.File))
	if err != nil {
		return err
	}
	timer := time.AfterFunc(seconds(s.Seconds), func() { _ = file.Close() })
	w.locks = append(w.locks, &heldLock{file, timer})
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
