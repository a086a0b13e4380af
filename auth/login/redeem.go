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

// discardLimit bounds the revocation of a sign-in that is not kept.
const discardLimit = 3 * time.Second

// redemption is what every flow does with an authorization code.
type redemption struct {
	authority  *authority.Client
	workspaces []string
	// wantsKey: an API key is asked for too, as Codex does after its browser
	// sign-in and not after a device's.
	wantsKey bool
	// confirm and save may be nil.
	confirm func(ctx context.Context, s *auth.Snapshot) error
	save    func(ctx context.Context, s *auth.Snapshot) error
}

// run turns the code into tokens, and these into the credentials of a sign-in
// that is confirmed and saved.
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
		// Codex goes on without a key; most accounts are given none.
		if key, err := r.authority.ExchangeAPIKey(ctx, tokens.ID); err == nil {
			s = s.WithAPIKey(key)
		}
	}
	if ctx.Err() != nil {
		r.discard(ctx, tokens)
		return nil, ended(ctx)
	}
	if r.save != nil {
		if err := r.save(ctx, s); err != nil {
			return nil, whole(ctx, err)
		}
	}
	return s, nil
}

// check finds out whether the sign-in can be used here and is wanted.
func (r redemption) check(ctx context.Context, s *auth.Snapshot) error {
	if account := s.Claims().AccountID; len(r.workspaces) > 0 && !slices.Contains(r.workspaces, account) {
		return &WorkspaceError{Workspace: account, Allowed: r.workspaces}
	}
	if r.confirm == nil {
		return nil
	}
	return r.confirm(ctx, s)
}

// discard tells the server to forget tokens that nobody keeps, best effort: the
// flow may have been cancelled, and its user waits for its end.
func (r redemption) discard(ctx context.Context, tokens authority.Tokens) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardLimit)
	defer cancel()
	_ = r.authority.Discard(ctx, tokens.Refresh) // then they end by themselves, unused
}

// whole puts the end of the flow before errors that only follow from it.
func whole(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ended(ctx)
	}
	return err
}

// ended tells how the flow's context ended.
func ended(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ErrTimeout
	}
	return ErrCancelled
}
