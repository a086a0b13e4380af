package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// ErrNotAllowed means that the configuration forbids the tokens of a host program.
var ErrNotAllowed = errors.New("not allowed here")

// SetExternal caches tokens that a host program owns; owner is asked for new
// ones. They live in memory only; the store is neither read nor written until
// ClearExternal.
func (m *Manager) SetExternal(t ExternalTokens, owner ExternalRefresher) error {
	s, err := newExternal(t, m.opts.Now())
	if err != nil {
		return err
	}
	if reason := m.opts.Restriction(s); reason != nil {
		return fmt.Errorf("%w: %w", ErrNotAllowed, reason)
	}
	m.mu.Lock()
	m.owner = owner
	m.mu.Unlock()
	m.take(s, nil)
	return nil
}

// ClearExternal drops the tokens of a host program and goes back to the store.
// AsCodex it empties the store first, and revokes nothing. It reports whether there
// were any.
func (m *Manager) ClearExternal(ctx context.Context) (held bool, err error) {
	if m.externalOwner() == nil {
		return false, nil
	}
	if m.opts.AsCodex {
		if _, err := m.opts.Store.Delete(ctx); err != nil {
			return true, err
		}
	}
	m.mu.Lock()
	m.owner = nil
	m.mu.Unlock()
	_ = m.Reload(ctx) // an error shows in the State
	return true, nil
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
