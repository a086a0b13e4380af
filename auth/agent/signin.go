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

// Why a sign-in is not begun.
var (
	errMethodForbidden = errors.New("the configuration allows only an API key (forced_login_method)")
	errNoBrowser       = errors.New("there is no browser here that could show the sign-in page")
)

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
	if h.opts.OpenURL == nil && h.opts.ShowURL == nil {
		return errNoBrowser
	}
	h.signIns.mu.Lock()
	f := h.signIns.current
	if f == nil {
		f = h.start(ctx, login.Browser{Open: h.opts.OpenURL, Prompt: h.opts.ShowURL})
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
	urls := make(chan string, 1)
	f, err := h.replace(ctx, login.Browser{Prompt: func(u string) { urls <- u }})
	if err != nil {
		return "", nil, nil, err
	}
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

// replace begins a flow when every one before it has ended and freed its port.
func (h *Home) replace(ctx context.Context, b login.Browser) (*flow, error) {
	h.signIns.mu.Lock()
	defer h.signIns.mu.Unlock()
	for h.signIns.current != nil {
		before := h.signIns.current
		before.cancel()
		h.signIns.mu.Unlock()
		_ = before.wait(ctx) // how it ended is for its own callers
		h.signIns.mu.Lock()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	return h.start(ctx, b), nil
}

// start begins a flow; the caller holds signIns.mu. The flow outlives the
// caller's ctx: others may have joined it.
func (h *Home) start(ctx context.Context, b login.Browser) *flow {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &flow{cancel: cancel, done: make(chan struct{})}
	h.signIns.current = f
	h.manager.Annotate(func(in *auth.Inputs) { in.SigningIn = true })
	h.work.Go(func() {
		f.err = h.runSignIn(ctx, b)
		cancel()
		h.opts.Log.Info("sign-in: ended", "error", f.err)
		h.signIns.mu.Lock()
		h.signIns.current = nil
		h.manager.Annotate(func(in *auth.Inputs) { in.SigningIn = false })
		h.signIns.mu.Unlock()
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
	// What the store holds, whether it may be used or not; nil for nothing and
	// for what cannot be read. All of that a sign-in may replace.
	base, _ := h.store.Load(ctx)
	client, err := h.authority.client()
	if err != nil {
		return err
	}
	b.Authority, b.Ports, b.Workspaces = client, h.opts.LoginPorts, cfg.Workspaces
	b.Save = func(ctx context.Context, s auth.SignIn) error {
		next, err := auth.NewChatGPT(s, time.Now())
		if err != nil {
			return err
		}
		return h.manager.CommitSignIn(ctx, base, next)
	}
	_, err = b.Run(ctx)
	return err
}
