package agent

import (
	"context"
	"errors"
	"time"

	"rekey/auth"
	"rekey/lend"
)

// oneShotLimit is how long a one-shot waits for an agent that has its socket
// but does not answer. It can do without the agent, because the home's locks,
// refusals and escrow are on disk.
const oneShotLimit = 3 * time.Second

// session is a face's session (lend.Session) with an end.
type session interface {
	lend.Session
	// Close ends the session, and waits for a refresh under way in this process
	// until ctx is done.
	Close(ctx context.Context) error
}

// OneShot is a face's session (auth.Session) for the length of one command. It
// is not an agent: it refreshes nothing ahead of time and watches nothing.
type OneShot struct {
	session
	// Attached: an agent does the work. If it exits meanwhile, calls fail with
	// appserver.ErrAgentGone.
	Attached bool
}

// OpenOneShot uses the home's agent if one answers, and otherwise, or if alone is
// set, works in this process, with the same guarantees. It returns when the State is
// known.
func OpenOneShot(ctx context.Context, opts Options, alone bool) (*OneShot, error) {
	if !alone {
		attaching, cancel := context.WithTimeout(ctx, oneShotLimit)
		defer cancel()
		client, err := opts.attach(attaching)
		if err == nil {
			return &OneShot{session: attached{client, opts.OpenURL}, Attached: true}, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if opts.Log != nil {
			opts.Log.Debug("no agent answers; this process does the work", "error", err)
		}
	}
	h := Open(opts)
	_ = h.Reload(ctx) // errors are in the State
	return &OneShot{session: h}, nil
}

// askLimit is how long Known waits for an agent.
const askLimit = 300 * time.Millisecond

// Known returns the State after a Reload, preferably the agent's, because an
// agent also knows what is not on disk, such as its plans. If the agent has not
// yet seen what this process has just read, it returns this process's own. kept
// reports whether there is an agent.
func (h *Home) Known(ctx context.Context) (st auth.State, kept bool) {
	own := h.State()
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	client, err := h.Attach(ctx)
	if err != nil { // one that has no room keeps the home all the same
		return own, !errors.Is(err, context.DeadlineExceeded) && h.Running()
	}
	defer client.Close()
	theirs := client.State()
	if theirs.Method != own.Method || theirs.Email != own.Email || theirs.Store != own.Store ||
		(theirs.Status == auth.StatusUnreadable) != (own.Status == auth.StatusUnreadable) ||
		theirs.Restricted != own.Restricted || theirs.LastRefresh != own.LastRefresh || theirs.ExpiresAt != own.ExpiresAt ||
		own.LastAttempt.At.After(theirs.LastAttempt.At) || own.Refused != "" && theirs.Refused == "" {
		return own, true
	}
	return theirs, true
}
