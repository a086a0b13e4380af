package auth

import (
	"context"
	"errors"
	"time"

	"rekey/internal/fault"
)

// AccessToken is an access token for a caller who may have it.
type AccessToken struct {
	Token Secret
	// ExpiresAt is when it expires, UTC, the zero time when that is unknown.
	ExpiresAt time.Time
}

// ErrNoAccessToken means that the credentials, for example an API key, have no
// access token to hand out.
var ErrNoAccessToken error = fault.New("no_access_token", "these credentials have no access token")

// errTooOld is the error for an opaque access token older than CodexMaxAge.
var errTooOld = fault.New("token_too_old", "the access token does not say when it expires, and it is too old to trust")

// ShortLivedError means that no token works for as long as was asked for.
type ShortLivedError struct {
	// Left is how long the newest one works.
	Left time.Duration
	// Wanted is the least that was asked for.
	Wanted time.Duration
}

// Error implements error.
func (e *ShortLivedError) Error() string { return e.AsFault().Error() }

// Token returns an access token that works for at least the given time. If the
// cached one does not, Token refreshes first, at most once. If it does, it is
// returned even if the sign-in has been refused. The error is ErrNoCredential,
// *UnreadableError, ErrNoAccessToken, ErrClock, *ShortLivedError or that of
// Refresh; for a refused sign-in no request is sent.
func (m *Manager) Token(ctx context.Context, atLeast time.Duration) (AccessToken, error) {
	s, refusal, err := m.usable()
	if err != nil {
		return AccessToken{}, err
	}
	works, ok := m.enough(m.newest(s), refusal, atLeast)
	if ok && !s.undated() {
		return works, nil
	}
	if s.Managed() {
		if err := m.join(ctx, RefreshProactive, s); err != nil {
			if _, _, gone := m.usable(); errors.Is(gone, ErrNoCredential) {
				return AccessToken{}, gone // it was signed out meanwhile
			}
			if saved := m.newest(s); !ok && saved != s {
				works, ok = m.enough(saved, refusal, atLeast)
			}
			if ok {
				return works, nil // it works, even if Codex would not use it or it is not saved yet
			}
			return AccessToken{}, err
		}
	}
	if s, refusal, err = m.usable(); err != nil {
		return AccessToken{}, err
	}
	t, ok := m.enough(m.newest(s), refusal, atLeast)
	last := m.Facts().Last
	switch {
	case ok:
		return t, nil
	case refusal != nil:
		return AccessToken{}, refusalError(refusal)
	case t.Token.Empty():
		return AccessToken{}, ErrNoAccessToken
	case last.Outcome == AttemptRefreshed && s.expiredBy(last.At):
		return AccessToken{}, ErrClock
	case t.ExpiresAt.IsZero():
		return AccessToken{}, &RefreshError{Err: errTooOld}
	}
	return AccessToken{}, &ShortLivedError{Left: max(0, t.ExpiresAt.Sub(m.opts.Now())), Wanted: atLeast}
}

// Use returns the credentials for use, and their refusal if they have one. Like
// Codex it first refreshes stale ones, with at most one request. If that fails,
// it returns them as they are.
func (m *Manager) Use(ctx context.Context) (*Snapshot, *Refusal) {
	m.Look(ctx)
	s, _ := m.Snapshot()
	if reason, stale := m.stale(s); stale {
		_ = m.join(ctx, reason, s) // the cache shows the outcome
	}
	s, refusal := m.Snapshot()
	return m.newest(s), refusal
}

// lookEvery is how often Codex looks for a sign-in.
const lookEvery = time.Second

// Look reads the store again if nobody is signed in. Codex 0.171 does that by itself
// every second, also for a sign-in that names no account, until it has had one with
// ChatGPT that does.
func (m *Manager) Look(ctx context.Context) {
	m.mu.Lock()
	s := m.facts.Snapshot
	due := s == nil
	if m.opts.AsCodex {
		due = !m.chatGPT && s.nameless() && m.opts.Now().Sub(m.looked) >= lookEvery
	}
	m.mu.Unlock()
	if due {
		_ = m.TryReload(ctx)
	}
}

// usable returns what is cached if it has an access token to hand out, or would
// have one after a refresh.
func (m *Manager) usable() (*Snapshot, *Refusal, error) {
	m.mu.Lock()
	s, refusal, loadErr := m.facts.Snapshot, m.facts.Refusal, m.facts.LoadErr
	m.mu.Unlock()
	switch {
	case s == nil && loadErr != nil:
		return nil, nil, loadErr
	case s == nil:
		return nil, nil, ErrNoCredential
	case s.Kind() != KindChatGPT && s.Kind() != KindExternalTokens:
		return nil, nil, ErrNoAccessToken
	case !s.HasTokens():
		return nil, nil, ErrNoCredential
	case s.AccessToken().Empty() && s.Obstacle() != "":
		return nil, nil, ErrNoAccessToken
	}
	return s, refusal, nil
}

// enough reports whether the access token of s works for as long as is asked
// for. A token with an unknown expiry does until Codex would refresh it, or
// until the sign-in is refused.
func (m *Manager) enough(s *Snapshot, refusal *Refusal, atLeast time.Duration) (AccessToken, bool) {
	now := m.opts.Now()
	t := AccessToken{Token: s.AccessToken()}
	end, ok := s.AccessExpiry()
	if !ok {
		return t, !t.Token.Empty() && !s.tooOld(now) && refusal == nil
	}
	t.ExpiresAt = clean(end)
	left := end.Sub(now)
	return t, left > 0 && left >= atLeast
}
