package login

import (
	"context"
	"errors"
	"sync"
	"time"

	"rekey/auth"
	"rekey/auth/authority"
)

// What is used where a Browser says nothing else.
const (
	// DefaultLimit is how long the user may take.
	DefaultLimit = 5 * time.Minute
	// busyWait is how long a port is waited for, as Codex does.
	busyWait = 2 * time.Second
	// pageWait is how long the result page may take to reach the browser.
	pageWait = 2 * time.Second
	// confirmWait is how long the browser waits for Confirm.
	confirmWait = time.Second
)

// Browser is the sign-in in the user's browser. It is a value without state:
// every Run is a flow of its own. Two flows at once would take the port from
// each other, so callers run one.
type Browser struct {
	// Authority is whom to sign in with.
	Authority *authority.Client
	// Ports are tried in order, nil stands for Codex's 1455 and 1457, and 0
	// is any free port. The authorization server accepts only those it knows.
	Ports []int
	// Open shows the page in the user's browser. It runs beside the flow; its
	// context ends with the flow, and then it has to return. nil opens none.
	Open func(ctx context.Context, url string) error
	// Prompt is given the page's address when Open failed or is nil, so that
	// the user can open it by hand; then the flow goes on. It must not block.
	// nil: the flow ends with a *NoBrowserError, for nobody can see the page.
	Prompt func(url string)
	// Workspaces are the only ones that may sign in
	// (forced_chatgpt_workspace_id), empty for any.
	Workspaces []string
	// Confirm, if not nil, is asked between the exchange and Save whether this
	// sign-in is wanted; its error is the flow's, and then nothing is kept. It
	// may ask the user and take its time: the browser is then told that the
	// answer is awaited elsewhere, and sees no other end of the flow.
	Confirm func(ctx context.Context, s *auth.Snapshot) error
	// Save, if not nil, is given the credentials before the browser is told how the
	// flow ended; its error is the flow's.
	Save func(ctx context.Context, s *auth.Snapshot) error
	// Limit bounds the time until the browser comes back, 0 for DefaultLimit.
	// What follows has the limits of Authority.
	Limit time.Duration
	// BusyWait bounds the wait for a port that is in use, 0 for 2 s.
	BusyWait time.Duration
}

// Run goes through one flow. Its error is ErrCancelled, ErrTimeout, ErrNoCode,
// *NoBrowserError, *PortsBusyError, *DeniedError, *WorkspaceError, *authority.ExchangeError or
// that of Confirm or Save, each wrapped or not. The loopback server is closed when Run
// returns.
func (b Browser) Run(ctx context.Context) (*auth.Snapshot, error) {
	listener, err := b.listen(ctx)
	if err != nil {
		return nil, err
	}
	state, verifier := newState(), newVerifier()
	server := startServer(listener, state, peerAllowed)
	defer server.close()

	redirectURI := server.redirectURI()
	failed, stopShowing := b.show(ctx, b.Authority.AuthorizeURL(authority.Authorization{
		RedirectURI: redirectURI, Challenge: challengeOf(verifier), State: state, Workspaces: b.Workspaces,
	}))
	defer stopShowing()

	answer, err := b.wait(ctx, server, failed)
	if err != nil {
		return nil, err
	}
	s, err := b.finish(ctx, server, answer, authority.CodeGrant{
		Code: answer.code, RedirectURI: redirectURI, Verifier: auth.NewSecret(verifier),
	})
	answer.show(ending{account: s.Claims().Email, err: err})
	return s, err
}

// show brings the page to the user. failed tells when nobody can see it. The
// function it returns ends the attempt and waits for it.
func (b Browser) show(ctx context.Context, url string) (failed <-chan error, stop func()) {
	failure := make(chan error, 1)
	if b.Open == nil {
		if b.Prompt == nil {
			failure <- &NoBrowserError{}
		} else {
			b.Prompt(url)
		}
		return failure, func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var opening sync.WaitGroup
	opening.Go(func() {
		err := b.Open(ctx, url)
		var none *NoBrowserError
		switch {
		case err == nil || ctx.Err() != nil:
		case b.Prompt == nil && errors.As(err, &none):
			failure <- err
		case b.Prompt == nil:
			failure <- &NoBrowserError{Err: err}
		default:
			b.Prompt(url)
		}
	})
	return failure, func() { cancel(); opening.Wait() }
}

// wait waits for the one callback that counts.
func (b Browser) wait(ctx context.Context, server *server, failed <-chan error) (*callback, error) {
	limit := b.Limit
	if limit == 0 {
		limit = DefaultLimit
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case answer := <-server.answers:
		if answer.cancel {
			answer.show(ending{err: ErrCancelled})
			return nil, ErrCancelled
		}
		return answer, nil
	case err := <-failed:
		return nil, err
	case <-timer.C:
		return nil, ErrTimeout
	case <-ctx.Done():
		return nil, ended(ctx)
	}
}

// finish turns the callback into credentials.
func (b Browser) finish(ctx context.Context, server *server, answer *callback, grant authority.CodeGrant) (*auth.Snapshot, error) {
	switch {
	case answer.denied != nil:
		return nil, answer.denied
	case grant.Code.Empty():
		return nil, ErrNoCode
	}
	r := redemption{
		authority: b.Authority, workspaces: b.Workspaces, wantsKey: true, save: b.Save,
	}
	if b.Confirm != nil {
		r.confirm = func(ctx context.Context, s *auth.Snapshot) error {
			// Whoever has to answer a question looks for it where it is asked.
			// The browser has nothing more to bring, so the port is freed too.
			waiting := time.AfterFunc(confirmWait, func() {
				answer.show(ending{account: s.Claims().Email, unconfirmed: true})
				server.close()
			})
			defer waiting.Stop()
			return b.Confirm(ctx, s)
		}
	}
	return r.run(ctx, grant)
}
