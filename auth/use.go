package auth

import (
	"context"
	"log/slog"
)

// Use returns the credentials for use, and their refusal if they have one. Like
// Codex it renews stale ones first, at most one request, and if that fails for
// now returns them as they are.
func (m *Manager) Use(ctx context.Context) (*Snapshot, *Refusal) {
	s, _ := m.Snapshot()
	if s == nil {
		// A signed-out Codex looks for a new sign-in all the time.
		_ = m.Reload(ctx, false)
		s, _ = m.Snapshot()
	}
	if reason, stale := m.stale(s); stale {
		_ = m.join(ctx, reason, s) // the outcome shows in what is cached
	}
	return m.Snapshot()
}

// SetExternal takes over tokens that a host program owns, and whom to ask for
// new ones. They live in memory only; the store is neither touched nor looked
// at until ClearExternal.
func (m *Manager) SetExternal(t ExternalTokens, owner ExternalRefresher) error {
	s, err := NewExternal(t)
	if err != nil {
		return err
	}
	m.mu.Lock()
	m.owner = owner
	m.mu.Unlock()
	m.take(s, nil)
	return nil
}

// ClearExternal drops the tokens of a host program and goes back to the store.
func (m *Manager) ClearExternal(ctx context.Context) {
	m.mu.Lock()
	m.owner = nil
	m.mu.Unlock()
	_ = m.Reload(ctx, true) // trouble shows in the State
}

// refreshExternal asks the host program for new tokens, if there is one to ask.
func (m *Manager) refreshExternal(ctx context.Context, s *Snapshot) error {
	owner := m.externalOwner()
	if owner == nil {
		m.decided(ctx, slog.LevelInfo, nil, "nothing to do", "kind", s.Kind())
		return nil
	}
	account, _ := s.AccountID()
	t, err := owner.RefreshExternal(ctx, "unauthorized", account)
	if err != nil {
		m.decided(ctx, slog.LevelInfo, nil, "the host program gave no new tokens", "error", err)
		return &RefreshError{Err: err}
	}
	m.decided(ctx, slog.LevelInfo, nil, "the host program gave new tokens")
	return m.SetExternal(t, owner)
}

// externalOwner returns the host program that has handed its tokens over, nil
// when there is none.
func (m *Manager) externalOwner() ExternalRefresher {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.owner
}

// Restriction is the configuration's objection to s, "" when it has none.
func (m *Manager) Restriction(s *Snapshot) string { return m.opts.Restriction(s) }

// ReplaceSignIn writes credentials over whatever the store holds, for a sign-in
// that is over within one call.
func (m *Manager) ReplaceSignIn(ctx context.Context, next *Snapshot) error {
	return m.signIn(ctx, next, func(*Snapshot) bool { return true })
}

// CommitSignIn writes the credentials of a sign-in that began when the store
// held base, unless somebody has signed in or out since: then it returns
// ErrStoreChanged and writes nothing. A renewal of the old sign-in in the
// meantime does not count; it is replaced.
func (m *Manager) CommitSignIn(ctx context.Context, base, next *Snapshot) error {
	return m.signIn(ctx, next, func(current *Snapshot) bool { return base.SameSignIn(current) })
}

// signIn writes next if may agrees to what the store holds now.
func (m *Manager) signIn(ctx context.Context, next *Snapshot, may func(current *Snapshot) bool) error {
	unlock, err := m.opts.RefreshLock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
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
	m.owner = nil // what a host program has handed over is replaced
	m.mu.Unlock()
	m.takeIssued(next, ActivitySignedIn)
	return nil
}

// Logout removes the credentials from the store and tells the authorization
// server, best effort, to forget them. It does not wait for the server before
// nothing is left here; AsCodex it does, as Codex. removed tells whether there
// were any.
func (m *Manager) Logout(ctx context.Context) (removed bool, err error) {
	if m.opts.AsCodex {
		m.Use(ctx) // Codex renews stale credentials even to throw them away
	} else {
		_, _ = m.load(ctx) // what is there now is what has to go
	}
	s, _ := m.Snapshot()
	if m.opts.AsCodex {
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

// revokeSignIn tells the server, best effort, to forget a sign-in.
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

// revoke tells the server, best effort, to forget a token.
func (m *Manager) revoke(ctx context.Context, token Secret, hint string) {
	if token.Empty() {
		return
	}
	if err := m.opts.Authority.Revoke(ctx, token, hint); err != nil {
		m.opts.Log.Info("logout: the server was not told", "error", err)
	}
}

// revokeHeld ends an answer that has never reached the store with the sign-in
// it was for. It waits for the end of a renewal that is under way.
func (m *Manager) revokeHeld(ctx context.Context) {
	if _, ok, err := m.opts.Escrow.Held(); err != nil || !ok {
		return
	}
	unlock, err := m.opts.RefreshLock(ctx)
	if err != nil {
		m.opts.Log.Warn("logout: the escrow was not emptied", "error", err)
		return
	}
	defer unlock()
	entry, ok, err := m.opts.Escrow.Held()
	if err != nil || !ok {
		return
	}
	if entry.Answer != nil && entry.Answer.RefreshToken != nil {
		m.revoke(ctx, *entry.Answer.RefreshToken, "refresh_token")
	}
	m.clearEscrow(entry.Redeemed)
}
