package agent

import (
	"context"
	"time"

	"rekey/auth"
)

// The methods that make a Home a face's session (ui.Session).

// State returns the newest State.
func (h *Home) State() auth.State { return h.manager.State() }

// Subscribe returns a channel with the newest State: see auth.Manager.Subscribe.
func (h *Home) Subscribe(ctx context.Context) <-chan auth.State { return h.manager.Subscribe(ctx) }

// Refresh renews the sign-in now. A refused one is answered without a request.
func (h *Home) Refresh(ctx context.Context) error { return h.manager.Refresh(ctx, auth.RefreshForced) }

// Token returns an access token that works for at least the given time: see
// auth.Manager.Token.
func (h *Home) Token(ctx context.Context, atLeast time.Duration) (auth.AccessToken, error) {
	return h.manager.Token(ctx, atLeast)
}

// SignOut ends a sign-in under way and removes the credentials; the
// authorization server is told, best effort.
func (h *Home) SignOut(ctx context.Context) error {
	h.CancelSignIn()
	_, err := h.manager.Logout(ctx)
	return err
}

// ClaimNotice reports exactly once for each notice that the caller shall show it.
func (h *Home) ClaimNotice(_ context.Context, notice string) (bool, error) {
	return h.manager.ClaimNotice(notice)
}
