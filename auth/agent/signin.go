package agent

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"rekey/auth"
	"rekey/auth/login"
	"rekey/auth/store"
)

// Why a sign-in is not begun, or not finished.
var (
	errMethodForbidden = errors.New("the configuration allows only an API key (forced_login_method)")
	errNoBrowser       = errors.New("there is no browser here that could show the sign-in page")
	errKept            = errors.New("the account was kept; the sign-in to another one was not saved")
)

// signIns holds the one sign-in that may be under way.
type signIns struct {
	mu      sync.Mutex // guards current
	current *flow
}

// flow is one sign-in.
type flow struct {
	method auth.SignInMethod
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
	return h.signIn(ctx, method, login.Browser{Open: h.opts.OpenURL, Prompt: h.opts.ShowURL})
}

// SignInShown is SignIn for a caller who follows the State and shows the page
// that it names.
func (h *Home) SignInShown(ctx context.Context, method auth.SignInMethod) error {
	return h.signIn(ctx, h.preferred(method), login.Browser{})
}

// preferred is the method to use where none was asked for.
func (h *Home) preferred(method auth.SignInMethod) auth.SignInMethod {
	if method == auth.SignInPreferred {
		return auth.SignInBrowser
	}
	return method
}

// signIn joins the flow under way, or begins one.
func (h *Home) signIn(ctx context.Context, method auth.SignInMethod, b login.Browser) error {
	h.signIns.mu.Lock()
	f := h.signIns.current
	if f == nil {
		f = h.start(ctx, &flow{method: method, asks: true}, b)
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

// BeginSignIn starts a sign-in for a client that opens the page itself, and
// that is not asked anything, as Codex's clients are not. One that is under way
// is ended first.
func (h *Home) BeginSignIn(ctx context.Context) (url string, wait func() error, cancel func(), err error) {
	urls := make(chan string, 1)
	f, err := h.replace(ctx, &flow{method: auth.SignInBrowser}, login.Browser{Prompt: func(u string) { urls <- u }})
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
func (h *Home) replace(ctx context.Context, f *flow, b login.Browser) (*flow, error) {
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
	return h.start(ctx, f, b), nil
}

// start begins a flow; the caller holds signIns.mu. The flow outlives the
// caller's ctx: others may have joined it.
func (h *Home) start(ctx context.Context, f *flow, b login.Browser) *flow {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f.cancel, f.done, f.answer = cancel, make(chan struct{}), make(chan bool, 1)
	h.signIns.current = f
	h.showSignIn(auth.SignInProgress{Method: f.method})
	h.work.Go(func() {
		f.err = h.runSignIn(ctx, f, b)
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
	h.manager.Annotate(func(in *auth.Inputs) { in.SignIn = p })
}

// runSignIn goes through the flow. The credentials are written only if nobody
// else has signed in or out since it began.
func (h *Home) runSignIn(ctx context.Context, f *flow, b login.Browser) error {
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
	save := func(ctx context.Context, s auth.SignIn) error { return h.saveSignIn(ctx, f, base, s) }
	switch f.method {
	case auth.SignInBrowser:
		b.Authority, b.Ports, b.Workspaces, b.Save = client, h.opts.LoginPorts, cfg.Workspaces, save
		b.Open, b.Prompt = h.shownPage(b)
		_, err = b.Run(ctx)
		return err
	}
	return fmt.Errorf("there is no sign-in method %q", f.method)
}

// shownPage puts the page's address into the State before the browser shows it,
// so that a user whose browser does not open can copy it.
func (h *Home) shownPage(b login.Browser) (open func(context.Context, string) error, prompt func(string)) {
	until := time.Now().Add(login.DefaultLimit).UTC().Round(0)
	show := func(url string) {
		h.showSignIn(auth.SignInProgress{Method: auth.SignInBrowser, Page: url, Until: until})
	}
	if b.Open == nil {
		return nil, func(url string) {
			show(url)
			if b.Prompt != nil {
				b.Prompt(url)
			}
		}
	}
	return func(ctx context.Context, url string) error {
		show(url)
		return b.Open(ctx, url)
	}, b.Prompt
}

// saveSignIn puts the credentials of a flow in the place of base, if the user
// agrees where they are another account's.
func (h *Home) saveSignIn(ctx context.Context, f *flow, base *auth.Snapshot, s auth.SignIn) error {
	next, err := auth.NewChatGPT(s, time.Now())
	if err != nil {
		return err
	}
	if f.asks && next.OtherAccount(base) {
		if err := h.confirm(ctx, f, next); err != nil {
			return err
		}
	}
	return h.manager.CommitSignIn(ctx, base, next)
}

// confirm asks whether another account may replace the present one, and waits
// for the answer until the flow ends.
func (h *Home) confirm(ctx context.Context, f *flow, next *auth.Snapshot) error {
	h.manager.Annotate(func(in *auth.Inputs) {
		in.SignIn.Other = nameOf(next)
	})
	select {
	case yes := <-f.answer:
		h.manager.Annotate(func(in *auth.Inputs) { in.SignIn.Other = "" })
		if !yes {
			return errKept
		}
		return nil
	case <-ctx.Done():
		return login.ErrCancelled
	}
}

// nameOf is how a person knows an account: by its e-mail address.
func nameOf(s *auth.Snapshot) string {
	if email := s.Claims().Email; email != "" {
		return email
	}
	return "another account"
}
