package usage

import (
	"context"
	"time"
)

// Record is what all processes of a home remember about its usage. It holds no
// token, no e-mail address and no account id.
type Record struct {
	// Account is the fingerprint of the account that the figures belong to.
	Account string `json:"account"`
	// Since is when that account was first seen here: what Codex logged before
	// may be another account's.
	Since time.Time `json:"since"`
	// AskedAt is when the backend was last asked, whatever the outcome.
	AskedAt time.Time `json:"askedAt,omitzero"`
	// Silenced is the fingerprint of credentials that the backend does not
	// accept, "" when it accepted the last ones.
	Silenced string `json:"silenced,omitempty"`
	// Usage is the newest known usage.
	Usage Usage `json:"usage"`
	// Marks remember windows that an alert was due for, or that were full.
	Marks []Mark `json:"marks,omitempty"`
}

// Mark is what is remembered of a window for alerts.
type Mark struct {
	Limit   string `json:"limit"`
	Minutes int    `json:"minutes,omitempty"`
	// ResetsAt distinguishes this window from the next one.
	ResetsAt time.Time `json:"resetsAt,omitzero"`
	// Full: all that it allows was used.
	Full bool `json:"full,omitempty"`
	// ResetAt is when its reset after being full was first seen.
	ResetAt time.Time `json:"resetAt,omitzero"`
	// Claimed are the claimed alerts, by their percentage.
	Claimed []int `json:"claimed,omitempty"`
}

// Point is how full a window was at one time.
type Point struct {
	At          time.Time `json:"at"`
	Limit       string    `json:"limit"`
	Minutes     int       `json:"minutes,omitempty"`
	UsedPercent float64   `json:"usedPercent"`
}

// Rest is a pause during which no process of this user asks the backend.
type Rest struct {
	// Until is when it ends.
	Until time.Time `json:"until"`
	// Times is the number of pauses in a row.
	Times int `json:"times"`
	// Problem is why.
	Problem Problem `json:"problem"`
}

// Memory keeps what must outlive a process. Implementations are safe for
// concurrent use by goroutines and processes.
type Memory interface {
	// Lock lets one process at a time ask and change the record; it waits until
	// ctx is done.
	Lock(ctx context.Context) (unlock func(), err error)
	// Load returns the record, an empty one if none can be read.
	Load() Record
	// Save replaces the record.
	Save(r Record) error
	// Rest returns the pause that holds for all homes of the user.
	Rest() Rest
	// SetRest replaces it.
	SetRest(r Rest) error
	// History returns the points of an account, the oldest first: of the last
	// seven days, at most one in a quarter of an hour for each window.
	History(account string) []Point
	// AddHistory adds points. It drops those of other accounts, and those later
	// than now, which a clock told that was ahead.
	AddHistory(account string, points []Point, now time.Time) error
}

// steps are the lengths of successive pauses when the backend does not say how
// long.
var steps = [...]time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// maxRest is the longest pause that the backend can ask for.
const maxRest = 24 * time.Hour

// holds reports whether the pause still holds. One that is longer than any was
// written by a clock that has been set back since.
func (r Rest) holds(now time.Time) bool {
	left := r.Until.Sub(now)
	return left > 0 && left <= maxRest
}

// next returns the pause after a failure: what the backend asks for, at least a
// minute and at most a day, or else the next of the steps.
func (r Rest) next(f *Failure, now time.Time) Rest {
	pause := steps[min(r.Times, len(steps)-1)]
	if f.RetryAfter > 0 {
		pause = min(max(f.RetryAfter, steps[0]), maxRest)
	}
	return Rest{Until: now.Add(pause).Round(0).UTC(), Times: r.Times + 1, Problem: f.Problem}
}
