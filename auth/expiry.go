package auth

import "time"

// datedToken is an access token with what accessTimes reads from it, once: a
// State needs it again and again. Make it with newDated.
type datedToken struct {
	Secret
	issued, expires time.Time
	dated           bool
}

func newDated(s Secret) datedToken {
	a := datedToken{Secret: s}
	a.issued, a.expires, a.dated = accessTimes(s.Reveal())
	return a
}

// expiredBy reports whether the access token is known to have expired by then.
func (s *Snapshot) expiredBy(at time.Time) bool {
	end, ok := s.AccessExpiry()
	return ok && !end.After(at)
}

// farFuture is the first expiry that is not believed: no access token lives for
// decades, but an expiry in milliseconds looks like it.
var farFuture = time.Date(2100, time.January, 1, 0, 0, 0, 0, time.UTC)

// AccessExpiry returns when the access token in use expires, UTC; ok is false
// when there is none or its expiry cannot be read (see accessTimes) or
// believed.
func (s *Snapshot) AccessExpiry() (t time.Time, ok bool) {
	if k := s.Kind(); k != KindChatGPT && k != KindExternalTokens {
		return time.Time{}, false
	}
	t, ok = s.codexExpiry()
	if !ok || !t.Before(farFuture) {
		return time.Time{}, false
	}
	return t, true
}

// codexExpiry is the access token's expiry as Codex reads it.
func (s *Snapshot) codexExpiry() (t time.Time, ok bool) {
	if !s.HasTokens() {
		return time.Time{}, false
	}
	return s.tokens.access.expires, s.tokens.access.dated
}

// AccessIssued returns when the access token was issued, UTC: its iat, else
// the store's last_refresh, else the zero time.
func (s *Snapshot) AccessIssued() time.Time {
	if s.HasTokens() && !s.tokens.access.issued.IsZero() {
		return s.tokens.access.issued
	}
	t, _ := s.LastRefresh()
	return t
}
