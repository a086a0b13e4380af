package keeper

import (
	"math/rand/v2"
	"time"

	"rekey/auth"
)

const (
	// minSpacing follows every request, and is the shortest wait after a failure.
	minSpacing = auth.MinSpacing
	// maxSpacing limits the spacing between successes that do not help.
	maxSpacing = time.Hour
	// maxBackoff limits the wait after failures.
	maxBackoff = 15 * time.Minute
)

// pause is a time without requests. It is stored as a start and a length, so
// that setting the clock back cannot make it longer.
type pause struct {
	from   time.Time
	length time.Duration
	// firm is the part of length that always holds: the spacing between
	// requests and the server's Retry-After.
	firm time.Duration
}

// end returns when the pause is over, the zero time when there is none.
func (p *pause) end(now time.Time) time.Time {
	if p.length == 0 {
		return time.Time{}
	}
	if now.Before(p.from) {
		p.from = now
	}
	return p.from.Add(p.length)
}

// relent drops all but the firm part, because the cause of the failure may be
// gone.
func (p *pause) relent() { p.length = min(p.length, p.firm) }

// spacing is the pause after the n-th success in a row that did not help, 0
// for one that did.
func spacing(n int) time.Duration {
	return min(minSpacing<<min(n, 10), maxSpacing)
}

// backoff draws the wait after the n-th failure in a row, counted from one,
// between the least one that the Manager allows and a limit that doubles.
func backoff(n int, random *rand.Rand) time.Duration {
	least, limit := auth.Spacing(n), min(minSpacing<<min(n, 10), maxBackoff)
	return least + time.Duration(random.Int64N(int64(limit-least)))
}

// granted is the server's Retry-After (RFC 9110, section 10.2.3), up to
// auth.MaxRetryAfter.
func granted(e *auth.RefreshError) time.Duration {
	if e == nil {
		return 0
	}
	return min(max(e.RetryAfter, 0), auth.MaxRetryAfter)
}

// latest returns the last of some moments; the zero time is before all others.
func latest(moments ...time.Time) (last time.Time) {
	for _, t := range moments {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// earliest returns the first of some moments; the zero time stands for never.
func earliest(moments ...time.Time) (first time.Time) {
	for _, t := range moments {
		if first.IsZero() || !t.IsZero() && t.Before(first) {
			first = t
		}
	}
	return first
}
