package keeper

import (
	"hash/fnv"
	"io"
	"math/rand/v2"
	"time"

	"rekey/auth"
)

// How long before its expiry an access token is refreshed.
const (
	// baseLead and leadSpread: half an hour, plus up to a quarter of an hour
	// that differs between sign-ins, so that a fleet does not ask all at once.
	baseLead   = 30 * time.Minute
	leadSpread = 15 * time.Minute
	// longLife is the least lifetime of a token for that lead. The lead of a
	// shorter one is a quarter of its life, but at least shortLead, which is
	// twice Codex's own window, plus up to a sixteenth, because desktops that
	// refreshed together after an outage would otherwise do so again. It is at
	// most half the life. So for a life below ten minutes the keeper cannot
	// refresh before Codex, and accepts the race.
	longLife  = 3 * time.Hour
	shortLead = 2 * auth.CodexWindow
	// maxAge is the age at which a token with an unknown expiry is refreshed: a
	// day before Codex would.
	maxAge = auth.CodexMaxAge - 24*time.Hour
)

// facts are what the time of a refresh depends on. Times are UTC; the zero time
// means unknown.
type facts struct {
	// Issued is when the access token was issued.
	Issued time.Time
	// Expires is when the access token expires.
	Expires time.Time
	// LastRefresh is when the tokens were issued, as the store says.
	LastRefresh time.Time
	// Unused: Codex does not use the tokens, because the store does not say when
	// they were issued or has no access token.
	Unused bool
	// Obstacle is why they cannot be refreshed, "" when they can.
	Obstacle auth.Obstacle
	// Refused: the credentials were permanently rejected.
	Refused bool
	// KeepFresh: the user wants the sign-in kept fresh.
	KeepFresh bool
	// Seed spreads the requests of a fleet: see seedOf.
	Seed uint64
}

// due returns when to refresh the sign-in and the reason to give, or the zero
// time if it must not be refreshed. The time may be long past.
func due(f facts) (at time.Time, reason auth.RefreshReason) {
	switch {
	case f.Obstacle != "" || f.Refused || !f.KeepFresh:
		return time.Time{}, ""
	case f.Unused:
		return longAgo, auth.RefreshScheduled
	case !f.Expires.IsZero():
		at, reason = f.Expires.Add(-lead(f)), auth.RefreshProactive
	default:
		at, reason = f.LastRefresh.Add(maxAge), auth.RefreshScheduled
	}
	if at.Year() > 9999 {
		return time.Time{}, "" // RFC 3339 cannot express it, and it is too far away to wait for
	}
	return at, reason
}

// longAgo is when a sign-in that Codex does not use was due: it is overdue.
var longAgo = time.Unix(0, 0).UTC()

// lead is how long before its expiry an access token is refreshed, if the
// expiry is known.
func lead(f facts) time.Duration {
	life := f.Expires.Sub(f.Issued)
	if f.Issued.IsZero() || life <= 0 || life >= longLife {
		return baseLead + part(f.Seed, drawLead, leadSpread)
	}
	return min(max(life/4, shortLead)+part(f.Seed, drawLead, life/16), life/2)
}

// opens returns when Codex itself would start to refresh, the zero time for
// never.
func opens(f facts) time.Time {
	switch {
	case !f.Expires.IsZero():
		return f.Expires.Add(-auth.CodexWindow)
	case f.Unused:
		return time.Time{}
	}
	return f.LastRefresh.Add(auth.CodexMaxAge)
}

// seedOf turns a fingerprint into a seed for values that differ between sign-ins
// and stay the same for each.
func seedOf(fingerprint string) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, fingerprint) // never fails
	return h.Sum64()
}

// What a seed is drawn for.
const (
	drawLead uint64 = iota
	drawSettle
	drawLastCall
)

// part draws a part of span, always the same one for a seed and a purpose.
func part(seed, purpose uint64, span time.Duration) time.Duration {
	if span <= 0 {
		return 0
	}
	return time.Duration(rand.New(rand.NewPCG(seed, purpose)).Int64N(int64(span)))
}
