package agent

import (
	"context"
	"sync"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/internal/fault"
)

// errNoBrowser means that a sign-in is not begun.
var errNoBrowser = fault.New("no_browser", "there is no browser here that could show the sign-in page")

// signIns holds the one sign-in that may be under way.
type signIns struct {
	mu      sync.Mutex // guards current
	current *flow
}

// flow is one sign-in.
type flow struct {
	method auth.SignInMethod
	// open shows a page in the browser, and prompt hands its address out where
	// that does not work; nil: nobody does.
	open   func(ctx context.Context, url string) error
	prompt func(url string)
	// shown is told what the user has to know, as soon as it is known.
	shown func(auth.SignInProgress)
	// asks: a face is there that can answer whether another account may
	// replace the present one.
	asks   bool
	answer chan bool // capacity 1
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

// SignIn signs in by the given method and returns when the new credentials are
// in the store. Calls at the same time share one flow, whatever their method;
// the end of a caller's ctx ends that caller's wait. CancelSignIn ends the flow.
func (h *Home) SignIn(ctx context.Context, method auth.SignInMethod) error {
	method = h.preferred(method)
	if method == auth.SignInBrowser && h.opts.OpenURL == nil && h.opts.ShowURL == nil {
		return errNoBrowser
	}
	return h.signIn(ctx, &flow{method: method, asks: true, open: h.opts.OpenURL, prompt: h.opts.ShowURL})
}

// SignInShown is SignIn for a caller who follows the State and shows the page
// that it names.
func (h *Home) SignInShown(ctx context.Context, method auth.SignInMethod) error {
	return h.signIn(ctx, &flow{method: h.preferred(method), asks: true})
}

// preferred is the method to use where none was asked for.
func (h *Home) preferred(method auth.SignInMethod) auth.SignInMethod {
	if method == auth.SignInPreferred {
		return h.Preferences().SignIn
	}
	return method
}

// signIn joins the flow under way, or begins the one that is given.
func (h *Home) signIn(ctx context.Context, next *flow) error {
	h.signIns.mu.Lock()
	f := h.signIns.current
	if f == nil {
		f = h.start(ctx, next)
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

// AnswerSignIn says whether the account that has signed in may replace another
// one. Where nobody has asked, nothing happens.
func (h *Home) AnswerSignIn(_ context.Context, yes bool) error {
	h.signIns.mu.Lock()
	defer h.signIns.mu.Unlock()
	if f := h.signIns.current; f != nil && h.State().SignIn.Other != "" {
		select {
		case f.answer <- yes:
		default: // answered already
		}
	}
	return nil
}

// BeginSignIn starts a sign-in for a client that shows the page itself, and that
// is not asked anything, as Codex's clients are not. One that is under way is
// ended first. shown is what the client has to show.
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

// replace begins a flow when every one before it has ended and freed its port.
func (h *Home) replace(ctx context.Context, f *flow) (*flow, error) {
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
	return h.start(ctx, f), nil
}

// start begins a flow; the caller holds signIns.mu. The flow outlives the
// caller's ctx: others may have joined it.
func (h *Home) start(ctx context.Context, f *flow) *flow {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f.cancel, f.done, f.answer = cancel, make(chan struct{}), make(chan bool, 1)
	h.signIns.current = f
	h.showSignIn(auth.SignInProgress{Method: f.method})
	h.work.Go(func() {
		f.err = h.runSignIn(ctx, f)
		cancel()
		h.opts.Log.Info("sign-in: ended", "method", f.method, "error", f.err)
		h.signIns.mu.Lock()
		h.signIns.current = nil
		h.showSignIn(auth.SignInProgress{})
		h.signIns.mu.Unlock()
		close(f.done)
	})
	return f
}

// showSignIn puts a sign-in's progress into the State.
func (h *Home) showSignIn(p auth.SignInProgress) {
	h.manager.SetSignIn(p)
}

// errKeyForbidden answers an API key where none is allowed.
var errKeyForbidden = fault.New("only_chatgpt_method", "the configuration allows only a sign-in with ChatGPT (forced_login_method)")

// SignInAPIKey puts an API key in the place of whatever is stored, in the form
// that Codex writes. It ends a sign-in under way.
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
