package agent

import (
	"context"
	"sync"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/internal/fault"
)

// errNoBrowser means that a sign-in is not started because there is no browser.
var errNoBrowser = fault.New("no_browser", "there is no browser here that could show the sign-in page")

// signIns holds the one sign-in that may be under way.
type signIns struct {
	mu      sync.Mutex // guards current
	current *flow
}

// flow is one sign-in.
type flow struct {
	method auth.SignInMethod
	// open shows a page in the browser, and prompt gets its address if that
	// fails; both may be nil.
	open   func(ctx context.Context, url string) error
	prompt func(url string)
	// shown gets what the user has to know, as soon as it is known.
	shown func(auth.SignInProgress)
	// asks: a face can answer whether another account may replace the current
	// one.
	asks   bool
	answer chan bool // capacity 1
	cancel context.CancelFunc
	done   chan struct{} // closed when err is set
	err    error
}

// wait waits for the flow to end. If ctx is done first, the flow goes on.
func (f *flow) wait(ctx context.Context) error {
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// SignIn signs in by the given method and returns when the new credentials are
// in the store. Concurrent calls share one flow, whatever their method. A
// caller whose ctx is done stops waiting; CancelSignIn ends the flow.
func (h *Home) SignIn(ctx context.Context, method auth.SignInMethod) error {
	method = h.preferred(method)
	if method == auth.SignInBrowser && h.opts.OpenURL == nil && h.opts.ShowURL == nil {
		return errNoBrowser
	}
	return h.signIn(ctx, &flow{method: method, asks: true, open: h.opts.OpenURL, prompt: h.opts.ShowURL})
}

// SignInShown is SignIn for a caller that follows the State and opens the page
// itself.
func (h *Home) SignInShown(ctx context.Context, method auth.SignInMethod) error {
	return h.signIn(ctx, &flow{method: h.preferred(method), asks: true})
}

// preferred returns method, or the configured one if none was asked for.
func (h *Home) preferred(method auth.SignInMethod) auth.SignInMethod {
	if method == auth.SignInPreferred {
		return h.preferences().SignIn
	}
	return method
}

// signIn joins the running flow, or starts next.
func (h *Home) signIn(ctx context.Context, next *flow) error {
	h.signIns.mu.Lock()
	f := h.signIns.current
	if f == nil {
		f = h.start(ctx, next)
	}
	h.signIns.mu.Unlock()
	return f.wait(ctx)
}

// CancelSignIn ends a running sign-in, if any.
func (h *Home) CancelSignIn() {
	h.signIns.mu.Lock()
	defer h.signIns.mu.Unlock()
	if h.signIns.current != nil {
		h.signIns.current.cancel()
	}
}

// AnswerSignIn answers whether the account that has signed in may replace
// another one. Without a question it does nothing.
func (h *Home) AnswerSignIn(_ context.Context, yes bool) error {
	h.signIns.mu.Lock()
	defer h.signIns.mu.Unlock()
	if f := h.signIns.current; f != nil && h.State().SignIn.Other != "" {
		select {
		case f.answer <- yes:
		default: // already answered
		}
	}
	return nil
}

// BeginSignIn starts a sign-in for a client that shows the page itself. Like
// Codex's clients, it is not asked about a change of account. A running sign-in
// is cancelled first. shown is what the client has to show.
func (h *Home) BeginSignIn(ctx context.Context, method auth.SignInMethod) (shown auth.SignInProgress, wait func() error, cancel func(), err error) {
	known := make(chan auth.SignInProgress, 1)
	f, err := h.replace(ctx, &flow{method: method, shown: func(p auth.SignInProgress) { known <- p }})
	if err != nil {
		return auth.SignInProgress{}, nil, nil, err
	}
	finished := func() error { return f.wait(context.WithoutCancel(ctx)) }
	select {
	case p := <-known:
		return p, finished, f.cancel, nil
	case <-f.done:
		return auth.SignInProgress{}, nil, nil, f.err
	case <-ctx.Done():
		f.cancel()
		return auth.SignInProgress{}, nil, nil, context.Cause(ctx)
	}
}

// replace starts a flow after every earlier one has ended and released its
// port.
func (h *Home) replace(ctx context.Context, f *flow) (*flow, error) {
	h.signIns.mu.Lock()
	defer h.signIns.mu.Unlock()
	for h.signIns.current != nil {
		before := h.signIns.current
		before.cancel()
		h.signIns.mu.Unlock()
		_ = before.wait(ctx) // its result is for its own callers
		h.signIns.mu.Lock()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	return h.start(ctx, f), nil
}

// start starts a flow; the caller holds signIns.mu. The flow outlives the
// caller's ctx, because others may have joined it.
func (h *Home) start(ctx context.Context, f *flow) *flow {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f.cancel, f.done, f.answer = cancel, make(chan struct{}), make(chan bool, 1)
	h.signIns.current = f
	h.manager.SetSignIn(auth.SignInProgress{Method: f.method})
	h.work.Go(func() {
		f.err = h.runSignIn(ctx, f)
		cancel()
		h.opts.Log.Info("sign-in: ended", "method", f.method, "error", f.err)
		h.signIns.mu.Lock()
		h.signIns.current = nil
		h.manager.SetSignIn(auth.SignInProgress{})
		h.signIns.mu.Unlock()
		close(f.done)
	})
	return f
}

// errKeyForbidden is the error for an API key that is not allowed.
var errKeyForbidden = fault.New("only_chatgpt_method", "the configuration allows only a sign-in with ChatGPT (forced_login_method)")

// SignInAPIKey replaces whatever is stored with an API key, in Codex's form. It
// cancels a running sign-in.
func (h *Home) SignInAPIKey(ctx context.Context, key auth.Secret) error {
	h.mu.Lock()
	forced := h.config.ForcedLogin
	h.mu.Unlock()
	if forced == codex.LoginChatGPT {
		return errKeyForbidden
	}
	h.CancelSignIn()
	return h.manager.ReplaceSignIn(ctx, auth.NewAPIKey(key))
}
