package login

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"sync"
	"time"

	"rekey/auth"
	"rekey/auth/authority"
)

// The defaults of a Browser, and fixed limits.
const (
	// DefaultLimit is how long the user may take.
	DefaultLimit = 5 * time.Minute
	// busyWait is how long to wait for a busy port, as in Codex.
	busyWait = 2 * time.Second
	// pageWait is how long the result page may take to reach the browser.
	pageWait = 2 * time.Second
	// confirmWait is how long the browser waits for Confirm.
	confirmWait = time.Second
)

// Browser is the sign-in in the user's browser. It has no state: every Run is a
// separate flow. Two flows at once would take the port from each other, so run
// one at a time.
type Browser struct {
	// Authority is the authorization server to sign in with.
	Authority *authority.Client
	// Ports are tried in order; nil means Codex's 1455 and 1457, and 0 any free
	// port. The authorization server only accepts ports it knows.
	Ports []int
	// Open shows the page in the user's browser. It runs concurrently with the
	// flow and must return when its context is done, which is at the end of the
	// flow. nil opens none.
	Open func(ctx context.Context, url string) error
	// Prompt gets the page's address when Open failed or is nil, so that the
	// user can open it by hand; the flow goes on. It must not block. If Prompt
	// is nil too, the flow ends with a *NoBrowserError.
	Prompt func(url string)
	// Workspaces are the only ones that may sign in
	// (forced_chatgpt_workspace_id), empty for any.
	Workspaces []string
	// Confirm, if not nil, decides between the exchange and Save whether to
	// keep this sign-in; its error ends the flow, and nothing is kept. It may
	// take time to ask the user: the browser then shows that the question is
	// asked elsewhere, and does not see the end of the flow.
	Confirm func(ctx context.Context, s *auth.Snapshot) error
	// Save, if not nil, gets the credentials before the browser shows how the
	// flow ended; its error ends the flow.
	Save func(ctx context.Context, s *auth.Snapshot) error
	// Limit bounds the time until the browser comes back, 0 for DefaultLimit.
	// The limits of Authority apply to what follows.
	Limit time.Duration
	// BusyWait bounds the wait for a port that is in use, 0 for 2 s.
	BusyWait time.Duration
}

// Run runs one flow. Its error is ErrCancelled, ErrTimeout, ErrNoCode, *NoBrowserError,
// *PortsBusyError, *DeniedError, *WorkspaceError, *authority.ExchangeError or
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

// show shows the page to the user. failed receives an error if that is
// impossible. stop ends the attempt and waits for it.
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

// wait waits for the first valid callback.
func (b Browser) wait(ctx context.Context, server *server, failed <-chan error) (*callback, error) {
	timer := time.NewTimer(cmp.Or(b.Limit, DefaultLimit))
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
			// The question is asked elsewhere, so tell the user to look there.
			// The browser is no longer needed, so free the port too.
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

// random returns n random bytes in unpadded base64url. crypto/rand never fails.
func random(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// The lengths are Codex's: a verifier of 86 characters, a state and an owner
// of 43.
func newVerifier() string { return random(64) }
func newState() string    { return random(32) }
func newOwnerID() string  { return random(32) }

// challengeOf is the S256 code challenge (RFC 7636, section 4.2).
func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
