package agent

import (
	"context"
	"strings"
	"time"

	"rekey/auth"
	"rekey/auth/store"
	"rekey/internal/fault"
	"rekey/usage"
)

// The methods that make a Home a face's session (auth.Session).

// State returns the newest State.
func (h *Home) State() auth.State { return h.manager.State() }

// Subscribe returns a channel with the newest State: see auth.Manager.Subscribe.
func (h *Home) Subscribe(ctx context.Context) <-chan auth.State { return h.manager.Subscribe(ctx) }

// Refresh refreshes the sign-in now. A refused one is answered without a request.
func (h *Home) Refresh(ctx context.Context) error { return h.manager.Refresh(ctx, auth.RefreshForced) }

// Token returns an access token that works for at least the given time: see
// auth.Manager.Token.
func (h *Home) Token(ctx context.Context, atLeast time.Duration) (auth.AccessToken, error) {
	return h.manager.Token(ctx, atLeast)
}

// SignOut cancels a running sign-in, removes the credentials and, best effort,
// revokes them.
func (h *Home) SignOut(ctx context.Context) error {
	h.CancelSignIn()
	_, err := h.manager.Logout(ctx)
	return err
}

// errNotLocked means that there is nothing to unlock.
var errNotLocked = fault.New("nothing_to_unlock", "the credentials are not in a keyring that could be unlocked")

// Unlock has the desktop ask the user to unlock the keyring, and then reads it.
func (h *Home) Unlock(ctx context.Context) error {
	u, ok := h.store.now().(store.Unlocker)
	if !ok {
		return errNotLocked
	}
	ctx, cancel := context.WithTimeout(ctx, unlockLimit)
	defer cancel()
	if err := u.Unlock(ctx); err != nil {
		return err
	}
	return h.Reload(ctx)
}

// unlockLimit is how long the user may take to enter a password.
const unlockLimit = 5 * time.Minute

// ClaimNotice returns true exactly once for each notice and each usage alert:
// then the caller shows it.
func (h *Home) ClaimNotice(ctx context.Context, notice string) (bool, error) {
	if strings.HasPrefix(notice, usage.AlertPrefix) {
		return h.meter.service.Claim(ctx, notice)
	}
	return h.manager.ClaimNotice(notice)
}
