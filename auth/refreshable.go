package auth

import "time"

// Obstacle says why credentials cannot be refreshed, "" when they can. The
// values are stable: they are shown by "rekey status --json".
type Obstacle string

// The obstacles. The first ones belong to credentials that are not ours to
// refresh; those with DeadEnd expire one day, and only the user can replace
// them.
const (
	ObstacleNoCredential   Obstacle = "no_credential"    // signed out, or no tokens in the store
	ObstacleOtherKind      Obstacle = "other_kind"       // an API key, headers, or what another program refreshes
	ObstacleLoan           Obstacle = "loan"             // the refresh token is on another machine
	ObstacleNoRefreshToken Obstacle = "no_refresh_token" // an empty one
	ObstacleNoAccount      Obstacle = "no_account"       // Codex never refreshes without tokens.account_id
)

// DeadEnd reports whether the access token is the last one of its sign-in.
func (o Obstacle) DeadEnd() bool { return o == ObstacleNoRefreshToken || o == ObstacleNoAccount }

// Obstacle says why s cannot be refreshed, "" if it can. Everything that
// requests, plans or announces a refresh uses it. It does not say whether the
// server has refused s. Credentials that the configuration forbids count as
// none: see Options.Restriction.
func (s *Snapshot) Obstacle() Obstacle {
	_, lent := s.Loan()
	_, account := s.AccountID()
	switch {
	case s == nil:
		return ObstacleNoCredential
	case s.Kind() != KindChatGPT:
		return ObstacleOtherKind
	case lent:
		return ObstacleLoan
	case !s.HasTokens():
		return ObstacleNoCredential
	case s.RefreshToken().Empty():
		return ObstacleNoRefreshToken
	case !account:
		return ObstacleNoAccount
	}
	return ""
}

// obstacle is Obstacle for a request. AsCodex also sends an empty refresh
// token.
func (m *Manager) obstacle(s *Snapshot) Obstacle {
	o := s.Obstacle()
	if _, account := s.AccountID(); o == ObstacleNoRefreshToken && m.opts.AsCodex && account {
		return ""
	}
	return o
}

// deadEndError is the error for credentials that can never be refreshed.
func deadEndError(o Obstacle) error { return &RefreshError{Permanent: true, Reason: Reason(o)} }

// The two rules by which Codex 0.169 calls a credential stale.
const (
	// CodexWindow is how long before its expiry Codex refreshes an access token.
	CodexWindow = 5 * time.Minute
	// CodexMaxAge is the age of last_refresh at which Codex refreshes an access
	// token whose expiry it cannot read.
	CodexMaxAge = 8 * 24 * time.Hour
)

// stale reports whether s must be refreshed before use, and the reason to give.
// AsCodex does what Codex does: it ignores tokens without a last_refresh and
// believes every date.
func (m *Manager) stale(s *Snapshot) (RefreshReason, bool) {
	now := m.opts.Now()
	if m.obstacle(s) != "" {
		return "", false
	}
	expires, ok := s.AccessExpiry()
	if m.opts.AsCodex {
		expires, ok = s.codexExpiry()
	} else if s.undated() {
		return RefreshScheduled, true
	}
	if ok {
		return RefreshProactive, !expires.After(now.Add(CodexWindow))
	}
	return RefreshScheduled, s.tooOld(now)
}

// tooOld reports whether Codex would refresh s for its age alone.
func (s *Snapshot) tooOld(now time.Time) bool {
	last, ok := s.LastRefresh()
	return ok && last.Before(now.Add(-CodexMaxAge))
}

// undated reports whether the store does not say when the tokens were issued.
// Codex does not use such tokens, but a refresh adds the date.
func (s *Snapshot) undated() bool {
	_, ok := s.LastRefresh()
	return s.Kind() == KindChatGPT && s.HasTokens() && !s.AccessToken().Empty() && !ok
}
