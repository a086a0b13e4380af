package agent

import (
	"context"
	"time"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/auth/login"
	"rekey/internal/fault"
)

// errAccountKept means that the user did not want another account to replace
// the current one. Nothing was written.
var errAccountKept = fault.New("account_kept", "the account was kept; the sign-in to another one was not saved")

// runSignIn runs the flow. The credentials are written only if no other program
// has signed in or out since it began.
func (h *Home) runSignIn(ctx context.Context, f *flow) error {
	h.mu.Lock()
	cfg := h.config
	h.mu.Unlock()
	if cfg.ForcedLogin == codex.LoginAPI {
		return auth.ErrSignInForbidden
	}
	if err := h.store.Writable(ctx); ctx.Err() != nil {
		return login.ErrCancelled
	} else if err != nil {
		return err // fail before anything is asked for, not after
	}
	// The store's content, allowed or not; nil if missing or unreadable. A
	// sign-in may replace all of these.
	base, _ := h.store.Load(ctx)
	client, err := h.authority.client()
	if err != nil {
		return err
	}
	var confirm func(context.Context, *auth.Snapshot) error
	if f.asks {
		confirm = func(ctx context.Context, next *auth.Snapshot) error { return h.confirm(ctx, f, base, next) }
	}
	save := func(ctx context.Context, next *auth.Snapshot) error { return h.manager.CommitSignIn(ctx, base, next) }
	switch f.method {
	case auth.SignInBrowser:
		b := login.Browser{
			Authority: client, Ports: h.opts.LoginPorts, Workspaces: cfg.Workspaces, Confirm: confirm, Save: save,
		}
		b.Open, b.Prompt = h.shownPage(f)
		_, err = b.Run(ctx)
		return err
	case auth.SignInDevice:
		_, err = login.Device{
			Authority: client, Workspaces: cfg.Workspaces, Confirm: confirm, Save: save,
			Show: func(c login.DeviceCode) {
				h.tellOf(f, auth.SignInProgress{Page: c.Page, UserCode: c.UserCode, Until: c.ExpiresAt})
			},
		}.Run(ctx)
		return err
	case auth.SignInCodex:
		return h.runCodex(ctx, f, base)
	}
	return errMethod(f.method)
}

// errMethod means that a sign-in method is not available here.
func errMethod(method auth.SignInMethod) error {
	return fault.New("no_method", "there is no sign-in method {{.Name}} here", "Name", string(method))
}

// runCodex leaves the sign-in to the user's own codex, which writes the store
// itself. It succeeds only if the store then holds another sign-in than base.
func (h *Home) runCodex(ctx context.Context, f *flow, base *auth.Snapshot) error {
	if h.opts.FindCodex == nil {
		return errMethod(f.method)
	}
	codex, err := h.opts.FindCodex(h.preferences().Codex)
	if err != nil {
		return err
	}
	until := time.Now().Add(login.DefaultDeviceLimit)
	h.tellOf(f, auth.SignInProgress{Until: until})
	err = login.CodexCLI{
		Program: codex, Home: h.opts.Dir,
		Lookup: func(name string) (string, bool) { v := h.opts.Getenv(name); return v, v != "" },
		Prompt: func(url string) { h.tellOf(f, auth.SignInProgress{Page: url, Until: until}) },
	}.Run(ctx)
	if err != nil {
		_ = h.Reload(ctx) // codex signs out first
		return err
	}
	if err := h.Reload(ctx); err != nil {
		return err
	}
	if now, _ := h.manager.Snapshot(); !now.Managed() || !now.HasTokens() || now.SameSignIn(base) {
		return errNothingNew
	}
	return nil
}

// errNothingNew means that codex reported success without signing in.
var errNothingNew = fault.New("nothing_new", "codex exited without an error, and there is no new sign-in in the store")

// tellOf puts what the user has to know into the State and passes it to the
// flow's caller.
func (h *Home) tellOf(f *flow, p auth.SignInProgress) {
	p.Method, p.Until = f.method, p.Until.UTC().Round(0)
	h.manager.SetSignIn(p)
	if f.shown != nil {
		f.shown(p)
	}
}

// shownPage puts the page's address into the State before the browser shows it,
// so that a user whose browser does not open can copy it.
func (h *Home) shownPage(f *flow) (open func(context.Context, string) error, prompt func(string)) {
	until := time.Now().Add(login.DefaultLimit)
	show := func(url string) { h.tellOf(f, auth.SignInProgress{Page: url, Until: until}) }
	if f.open == nil {
		return nil, show
	}
	return func(ctx context.Context, url string) error {
		show(url)
		return f.open(ctx, url)
	}, f.prompt
}

// confirm asks whether a sign-in may replace base if that is another account's,
// and waits for the answer until the flow ends.
func (h *Home) confirm(ctx context.Context, f *flow, base, next *auth.Snapshot) error {
	if !next.OtherAccount(base) {
		return nil
	}
	ask := func(other string) {
		p := h.State().SignIn
		p.Other = other
		h.manager.SetSignIn(p)
	}
	ask(nameOf(next))
	defer ask("")
	limit := time.NewTimer(login.DefaultLimit)
	defer limit.Stop()
	select {
	case yes := <-f.answer:
		if !yes {
			return errAccountKept
		}
		return nil
	case <-limit.C:
		return login.ErrTimeout
	case <-ctx.Done():
		return login.ErrCancelled
	}
}

// nameOf is an account's name for people: its e-mail address.
func nameOf(s *auth.Snapshot) string {
	if email := s.Claims().Email; email != "" {
		return email
	}
	return "another account"
}
