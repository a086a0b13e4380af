package login

import (
	"context"
	"errors"
	"slices"
	"time"

	"rekey/auth"
	"rekey/auth/authority"
	"rekey/internal/fault"
)

const (
	// keyLimit bounds the wait for an API key, because the sign-in is not saved
	// before it.
	keyLimit = 10 * time.Second
	// discardLimit bounds the revocation of a sign-in that is not kept.
	discardLimit = 3 * time.Second
)

// redemption turns an authorization code into a sign-in, for every flow.
type redemption struct {
	authority  *authority.Client
	workspaces []string
	// wantsKey: also ask for an API key, as Codex does after a browser sign-in
	// but not after a device sign-in.
	wantsKey bool
	// confirm and save may be nil.
	confirm func(ctx context.Context, s *auth.Snapshot) error
	save    func(ctx context.Context, s *auth.Snapshot) error
}

// run turns the code into tokens, and the tokens into credentials, which it has
// confirmed and saved.
func (r redemption) run(ctx context.Context, grant authority.CodeGrant) (*auth.Snapshot, error) {
	tokens, err := r.authority.Exchange(ctx, grant)
	if err != nil {
		return nil, whole(ctx, err)
	}
	provenance := r.authority.Provenance()
	s, err := auth.NewChatGPT(auth.SignIn{
		IDToken: tokens.ID, AccessToken: tokens.Access, RefreshToken: tokens.Refresh,
		Provenance: &provenance, OwnerID: newOwnerID(),
	}, time.Now())
	if err != nil {
		err = fault.New("unusable_sign_in", "the sign-in cannot be used: {{.Why}}", "Why", err)
	} else {
		err = r.check(ctx, s)
	}
	if err != nil {
		r.discard(ctx, tokens)
		return nil, whole(ctx, err)
	}
	if r.wantsKey {
		s = r.withKey(ctx, s, tokens.ID)
	}
	if ctx.Err() != nil {
		r.discard(ctx, tokens)
		return nil, ended(ctx)
	}
	if r.save != nil {
		if err := r.save(ctx, s); err != nil {
			if errors.Is(err, auth.ErrStoreChanged) { // any other error may come after the write
				r.discard(ctx, tokens)
			}
			return nil, whole(ctx, err)
		}
	}
	return s, nil
}

// withKey adds an API key to a sign-in. Like Codex it continues without one; most
// accounts get none.
func (r redemption) withKey(ctx context.Context, s *auth.Snapshot, idToken auth.Secret) *auth.Snapshot {
	ctx, cancel := context.WithTimeout(ctx, keyLimit)
	defer cancel()
	key, err := r.authority.ExchangeAPIKey(ctx, idToken)
	if err != nil {
		return s
	}
	return s.WithAPIKey(key)
}

// check checks that the sign-in is allowed here and confirmed.
func (r redemption) check(ctx context.Context, s *auth.Snapshot) error {
	if account := s.Claims().AccountID; len(r.workspaces) > 0 && !slices.Contains(r.workspaces, account) {
		return &WorkspaceError{Workspace: account, Allowed: r.workspaces}
	}
	if r.confirm == nil {
		return nil
	}
	return r.confirm(ctx, s)
}

// discard revokes tokens that are not kept, best effort and within
// discardLimit, because the user is waiting for the flow to end.
func (r redemption) discard(ctx context.Context, tokens authority.Tokens) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardLimit)
	defer cancel()
	_ = r.authority.Discard(ctx, tokens.Refresh) // on failure they expire unused
}

// whole returns the end of the flow rather than an error that follows from it.
func whole(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ended(ctx)
	}
	return err
}

// ended returns how the flow's context ended.
func ended(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ErrTimeout
	}
	return ErrCancelled
}
