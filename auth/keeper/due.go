package keeper

import (
	"hash/fnv"
	"io"
	"math/rand/v2"
	"time"

	"rekey/auth"
)

// How long before the end of an access token it is refreshed.
const (
	// baseLead and leadSpread: half an hour, plus a part of a quarter of an
	// hour that is each sign-in's own, so that a fleet does not ask at once.
	baseLead   = 30 * time.Minute
	leadSpread = 15 * time.Minute
	// longLife is from when on a token lives long enough for that. The lead of
	// a shorter one is a quarter of its life, but at least shortLead, which is
	// twice Codex's own window, plus up to a sixteenth: desktops that refreshed
	// together after an outage would else come back together. It is at most
	// half the life. So below ten minutes the keeper cannot be first, and
	// accepts the race.
	longLife  = 3 * time.Hour
	shortLead = 2 * auth.CodexWindow
	// maxAge is the age of a token without a readable end at which it is
	// refreshed: a day before Codex would.
	maxAge = auth.CodexMaxAge - 24*time.Hour
)

// Facts are what the moment of a refresh depends on. Times are UTC; the zero
// time stands for one that is not known.
type Facts struct {
	// Issued is when the access token was issued.
	Issued time.Time
	// Expires is when it ends.
	Expires time.Time
	// LastRefresh is when the tokens were issued, as the store tells it.
	LastRefresh time.Time
	// Undated: the store does not tell that, so Codex does not use the tokens.
	Undated bool
	// Obstacle is why nobody can refresh them, "" when that can be done.
	Obstacle auth.Obstacle
	// Refused: these credentials will never refresh again.
	Refused bool
	// KeepFresh: the user wants the sign-in kept fresh.
	KeepFresh bool
	// Seed spreads a fleet: see Seed.
	Seed uint64
}

// Due returns when the sign-in is to be refreshed, and the reason to give. It is
// the zero time for one that is not to be refreshed at all. The moment may have
// passed long ago.
func Due(f Facts) (at time.Time, reason auth.RefreshReason) {
	switch {
	case f.Obstacle != "" || f.Refused || !f.KeepFresh:
		return time.Time{}, ""
	case f.Undated:
		return longAgo, auth.RefreshScheduled
	case !f.Expires.IsZero():
		at, reason = f.Expires.Add(-lead(f)), auth.RefreshProactive
	default:
		at, reason = f.LastRefresh.Add(maxAge), auth.RefreshScheduled
	}
	if at.Year() > 9999 {
		return time.Time{}, "" // RFC 3339 cannot say it, and nobody will wait for it
	}
	return at, reason
}

// longAgo is when a sign-in that Codex does not use was due.
var longAgo = time.Unix(0, 0).UTC()

// lead is how long before its end an access token with a readable one is refreshed.
func lead(f Facts) time.Duration {
	life := f.Expires.Sub(f.Issued)
	if f.Issued.IsZero() || life <= 0 || life >= longLife {
		return baseLead + part(f.Seed, drawLead, leadSpread)
	}
	return min(max(life/4, shortLead)+part(f.Seed, drawLead, life/16), life/2)
}

// opens returns when Codex itself would begin to refresh, the zero time for never.
func opens(f Facts) time.Time {
	switch {
	case !f.Expires.IsZero():
		return f.Expires.Add(-auth.CodexWindow)
	case f.Undated:
		return time.Time{}
	}
	return f.LastRefresh.Add(auth.CodexMaxAge)
}

// Seed turns a fingerprint into the seed of everything that is to differ
// between sign-ins and to stay the same for each.
func Seed(fingerprint string) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, fingerprint) // a hash takes everything
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
