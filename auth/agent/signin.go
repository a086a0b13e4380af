package agent

import (
	"context"
	"errors"
	"sync"
	"time"

	"rekey/auth"
	"rekey/auth/login"
	"rekey/auth/store"
)

// errMethodForbidden refuses a sign-in that the configuration does not allow.
var errMethodForbidden = errors.New("config.toml allows only an API key (forced_login_method)")

// signIns holds the one sign-in that may be under way.
type signIns struct {
	mu      sync.Mutex // guards current
	current *flow
}

// flow is one sign-in in the browser.
type flow struct {
	cancel context.CancelFunc
	done   chan struct{} // closed when err is set
	err    error
}

// wait waits for the flow's end, or gives up with ctx and leaves it to others.
func (f *flow) wait(ctx context.Context) error {
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// SignIn signs in through the user's browser and returns when the new
// credentials are in the store. Calls at the same time share one flow; the end
// of a caller's ctx ends that caller's wait. CancelSignIn ends the flow.
func (h *Home) SignIn(ctx context.Context) error {
	h.signIns.mu.Lock()
	f := h.signIns.current
	if f == nil {
		show := h.opts.ShowURL
		f = h.start(ctx, login.Browser{Open: h.opts.OpenURL, Prompt: show})
	}
	h.signIns.mu.Unlock()
	return f.wait(ctx)
}

// CancelSignIn ends the sign-in under way, if there is one.
func (h *Home) CancelSignIn() {
	h.signIns.mu.Lock()
	defer h.signIns.mu.Unlock()
	if h.signIns.current != nil {
		h.signIns.current.cancel()
	}
}

// BeginSignIn starts a sign-in for a client that opens the page itself. One
// that is under way is ended first.
func (h *Home) BeginSignIn(ctx context.Context) (url string, wait func() error, cancel func(), err error) {
	h.CancelSignIn()
	urls := make(chan string, 1)
	h.signIns.mu.Lock()
	if before := h.signIns.current; before != nil {
		h.signIns.mu.Unlock()
		_ = before.wait(ctx) // it was cancelled and frees its port
		h.signIns.mu.Lock()
	}
	f := h.start(ctx, login.Browser{Prompt: func(u string) { urls <- u }})
	h.signIns.mu.Unlock()
	finished := func() error { return f.wait(context.WithoutCancel(ctx)) }
	select {
	case url := <-urls:
		return url, finished, f.cancel, nil
	case <-f.done:
		return "", nil, nil, f.err
	case <-ctx.Done():
		f.cancel()
		return "", nil, nil, context.Cause(ctx)
	}
}

// start begins a flow; the caller holds signIns.mu. The flow outlives the
// caller's ctx: others may have joined it.
func (h *Home) start(ctx context.Context, b login.Browser) *flow {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &flow{cancel: cancel, done: make(chan struct{})}
	h.signIns.current = f
	h.work.Go(func() {
		h.manager.Annotate(func(in *auth.Inputs) { in.SigningIn = true })
		f.err = h.runSignIn(ctx, b)
		cancel()
		h.signIns.mu.Lock()
		if h.signIns.current == f {
			h.signIns.current = nil
		}
		h.signIns.mu.Unlock()
		h.manager.Annotate(func(in *auth.Inputs) { in.SigningIn = false })
		h.opts.Log.Info("sign-in: ended", "error", f.err)
		close(f.done)
	})
	return f
}

// runSignIn goes through the flow. The credentials are written only if nobody
// else has signed in or out since it began.
func (h *Home) runSignIn(ctx context.Context, b login.Browser) error {
	h.mu.Lock()
	cfg := h.config
	h.mu.Unlock()
	if cfg.ForcedLogin == store.LoginAPI {
		return errMethodForbidden
	}
	_ = h.manager.Reload(ctx, true) // an unreadable store may be replaced by a sign-in
	base, _ := h.manager.Snapshot()
	b.Authority, b.Ports, b.Workspaces = h.authority.now(), h.opts.LoginPorts, cfg.Workspaces
	b.Save = func(ctx context.Context, s auth.SignIn) error {
		next, err := auth.NewChatGPT(s, time.Now())
		if err != nil {
			return err
		}
		return h.manager.CommitSignIn(ctx, base, next)
	}
	_, err := b.Run(ctx)
	return err
}
