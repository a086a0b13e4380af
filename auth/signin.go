package auth

import (
	"context"
	"errors"
	"io/fs"
)

// Restriction returns the configuration's objection to s, or nil.
func (m *Manager) Restriction(s *Snapshot) error { return m.opts.Restriction(s) }

// ReplaceSignIn writes credentials over whatever the store holds, for a sign-in
// that completes within one call.
func (m *Manager) ReplaceSignIn(ctx context.Context, next *Snapshot) error {
	return m.signIn(ctx, next, func(*Snapshot) bool { return true })
}

// CommitSignIn writes the credentials of a sign-in that began when the store
// held base, unless someone has signed in or out since: then it returns
// ErrStoreChanged and writes nothing. If the old sign-in was only refreshed
// meanwhile, it is replaced.
func (m *Manager) CommitSignIn(ctx context.Context, base, next *Snapshot) error {
	return m.signIn(ctx, next, func(current *Snapshot) bool { return base.SameSignIn(current) })
}

// signIn writes next if may accepts the store's current content.
func (m *Manager) signIn(ctx context.Context, next *Snapshot, may func(current *Snapshot) bool) error {
	unlock, err := m.opts.RefreshLock(ctx)
	switch {
	case errors.Is(err, fs.ErrNotExist): // no home yet: nothing is being refreshed, and Update makes it
	case err != nil:
		return err
	default:
		defer unlock()
	}
	m.opts.Step(StepSigningIn)
	err = m.opts.Store.Update(ctx, func(current *Snapshot) (*Snapshot, error) {
		if !may(current) {
			return nil, ErrStoreChanged
		}
		m.isWriting(next)
		return next, nil
	})
	if err != nil {
		return err
	}
	m.opts.Step(StepSignedIn)
	m.mu.Lock()
	m.owner = nil // tokens of a host program are replaced too
	m.mu.Unlock()
	m.takeIssued(next, ActivitySignedIn, m.attempt(m.opts.Memory.Token(next), AttemptSignedIn))
	return nil
}

// Logout removes the credentials from the store and asks the authorization
// server, best effort, to revoke them. It removes them first; AsCodex revokes
// first, as Codex does. removed reports whether there were any.
func (m *Manager) Logout(ctx context.Context) (removed bool, err error) {
	if m.opts.AsCodex {
		m.Use(ctx) // Codex refreshes stale credentials even to throw them away
	}
	_, err = m.load(ctx) // revoke what is there now
	s, _ := m.Snapshot()
	if m.opts.AsCodex {
		if err != nil {
			return false, err // Codex leaves alone what it cannot read
		}
		m.revokeSignIn(ctx, s)
	}
	removed, err = m.opts.Store.Delete(ctx)
	if err != nil {
		return false, err
	}
	m.take(nil, ErrNoCredential)
	if removed {
		m.happened(ActivitySignedOut, nil, "")
	}
	if !m.opts.AsCodex {
		m.revokeSignIn(ctx, s)
	}
	m.revokeHeld(ctx)
	return removed, nil
}

// revokeSignIn asks the server, best effort, to revoke a sign-in.
func (m *Manager) revokeSignIn(ctx context.Context, s *Snapshot) {
	if !s.Managed() {
		return
	}
	token, hint := s.RefreshToken(), "refresh_token"
	if token.Empty() {
		token, hint = s.AccessToken(), "access_token"
	}
	m.revoke(ctx, token, hint)
}

// revoke asks the server, best effort, to revoke a token.
func (m *Manager) revoke(ctx context.Context, token Secret, hint string) {
	if token.Empty() {
		return
	}
	if err := m.opts.Authority.Revoke(ctx, token, hint); err != nil {
		m.opts.Log.Info("logout: cannot revoke the token", "error", err)
	}
}

// revokeHeld revokes an answer that never reached the store, whether the escrow
// holds it or memory alone. It waits for a running refresh to end.
func (m *Manager) revokeHeld(ctx context.Context) {
	_, ok, err := m.opts.Memory.Held()
	if held := ok && err == nil; !held && m.unsaved() == nil {
		return
	}
	unlock, err := m.opts.RefreshLock(ctx)
	if err != nil {
		m.opts.Log.Warn("logout: cannot empty the escrow", "error", err)
	} else {
		defer unlock()
	}
	var last Secret
	if p := m.unsaved(); p != nil {
		last = m.revokeAnswer(ctx, &p.answer)
		m.release() // it is nobody else's
	}
	if err != nil {
		return
	}
	entry, ok, err := m.opts.Memory.Held()
	if err != nil || !ok {
		return
	}
	if a := entry.Answer; a != nil && a.RefreshToken != nil && *a.RefreshToken != last {
		m.revokeAnswer(ctx, a)
	}
	m.clearEscrow(entry.Redeemed)
}

// revokeAnswer tells the server, best effort, to forget an answer. It returns the
// refresh token.
func (m *Manager) revokeAnswer(ctx context.Context, a *TokenResponse) (token Secret) {
	if a.RefreshToken != nil {
		token = *a.RefreshToken
	}
	m.revoke(ctx, token, "refresh_token")
	return token
}
