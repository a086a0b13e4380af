package agent

import (
	"context"
	"time"

	"rekey/auth"
	"rekey/lend"
)

// oneShotLimit is how long a one-shot waits for an agent that has its socket and
// does not answer. The promises hold without it: the home's locks, refusals and
// escrow are on disk.
const oneShotLimit = 3 * time.Second

// session is a face's session (lend.Session) with an end.
type session interface {
	lend.Session
	// Close gives the session up, and waits for a refresh under way in this
	// process until ctx ends.
	Close(ctx context.Context) error
}

// OneShot is a face's session (auth.Session) for the length of one command. It
// becomes no agent: it keeps nothing ahead of time, and watches nothing.
type OneShot struct {
	session
	// Attached tells that an agent does the work. When it ends meanwhile, calls
	// fail with appserver.ErrAgentGone.
	Attached bool
}

// OpenOneShot goes through the home's agent if one answers, and works in this process
// otherwise, or if alone is set; the same is promised for both. It returns when
// the State is known.
func OpenOneShot(ctx context.Context, opts Options, alone bool) (*OneShot, error) {
	h, err := Open(opts)
	if err != nil {
		return nil, err
	}
	if !alone {
		attaching, cancel := context.WithTimeout(ctx, oneShotLimit)
		defer cancel()
		client, err := h.Attach(attaching)
		if err == nil {
			return &OneShot{session: attached{client, opts.OpenURL}, Attached: true}, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		h.opts.Log.Debug("no agent answers; this process does the work", "error", err)
	}
	_ = h.Reload(ctx, true) // what is wrong is in the State
	return &OneShot{session: h}, nil
}

// askLimit is how long Known waits for an agent.
const askLimit = 300 * time.Millisecond

// Known is the State after a Reload, as the home's agent tells it if one
// answers: it also knows what is not on disk, its plans for one. What this
// process has just read itself counts for more where the agent has not seen it.
func (h *Home) Known(ctx context.Context) auth.State {
	own := h.State()
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	client, err := h.Attach(ctx)
	if err != nil {
		return own
	}
	defer client.Close()
	theirs := client.State()
	if theirs.Method != own.Method || theirs.Email != own.Email || theirs.Store != own.Store ||
		(theirs.Status == auth.StatusUnreadable) != (own.Status == auth.StatusUnreadable) ||
		theirs.Restricted != own.Restricted || theirs.LastRefresh != own.LastRefresh || theirs.ExpiresAt != own.ExpiresAt ||
		own.LastAttempt.At.After(theirs.LastAttempt.At) || own.Refused != "" && theirs.Refused == "" {
		return own
	}
	return theirs
}
