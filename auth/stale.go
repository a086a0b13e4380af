package auth

import "time"

// The two rules by which Codex 0.169 calls a credential stale.
const (
	// CodexWindow is how long before its end Codex renews an access token.
	CodexWindow = 5 * time.Minute
	// CodexMaxAge is the age of last_refresh at which Codex renews an access
	// token whose end it cannot read.
	CodexMaxAge = 8 * 24 * time.Hour
)

// Stale reports whether Codex would renew s before using it, and the reason
// it would give.
func Stale(s *Snapshot, now time.Time) (RefreshReason, bool) {
	if !s.Managed() || !s.HasTokens() {
		return "", false
	}
	if end, ok := s.AccessExpiry(); ok {
		return RefreshProactive, !end.After(now.Add(CodexWindow))
	}
	last, ok := s.LastRefresh()
	return RefreshScheduled, ok && last.Before(now.Add(-CodexMaxAge))
}
