package lend

import (
	"crypto/sha256"
	"encoding/hex"
	"hash/fnv"
	"time"

	"rekey/auth"
)

// Loan is the owner's record of one borrower. It holds no token. Times are UTC.
type Loan struct {
	// ID is in the borrower's marker: see auth.Snapshot.Loan.
	ID string `json:"id"`
	Target
	// Since is when it was first lent.
	Since time.Time `json:"since"`
	// Account is a shortened hash of the account that is lent.
	Account string `json:"account"`
	// Pushed is the fingerprint of what the borrower has, "" if unknown.
	Pushed string `json:"pushed,omitempty"`
	// PushedAt is when that was pushed.
	PushedAt time.Time `json:"pushedAt,omitzero"`
	// WorksUntil is when that expires, the zero time if unknown.
	WorksUntil time.Time `json:"worksUntil,omitzero"`
	// InPlace: the borrower's file cannot be replaced and is overwritten.
	InPlace bool `json:"inPlace,omitempty"`
	// ClockOff is how far the borrower's clock is ahead, in seconds; 0 for less
	// than a minute.
	ClockOff int `json:"clockOff,omitempty"`
	// Fault is why the last errand failed, nil when it did not.
	Fault *Fault `json:"fault,omitempty"`
	// Failures is how many errands have failed in a row, the last one at Tried.
	Failures int       `json:"failures,omitempty"`
	Tried    time.Time `json:"tried,omitzero"`
	// FailingSince is when the first of them failed.
	FailingSince time.Time `json:"failingSince,omitzero"`
	// Ending is why the loan is being removed from the borrower, "" otherwise.
	Ending Code `json:"ending,omitempty"`
	// Ended is why nothing is pushed any more, "" while it is.
	Ended Code `json:"ended,omitempty"`
	// EndedAt is when the loan ended.
	EndedAt time.Time `json:"endedAt,omitzero"`
}

const (
	firstBackoff = time.Minute
	lastBackoff  = time.Hour
	// warnLead is how long before its token expires to warn about a borrower
	// that cannot be reached: three times Codex's own window.
	warnLead = 3 * auth.CodexWindow
	// keepEnded is how long a loan that has ended by itself stays on the list.
	keepEnded = 7 * 24 * time.Hour
)

// Offer is the sign-in that can be lent.
type Offer struct {
	// Snapshot is the owner's sign-in, nil for nothing to lend.
	Snapshot *auth.Snapshot
	// Unknown: the store cannot be read at the moment, so a nil Snapshot means
	// nothing.
	Unknown bool
	// Print is the fingerprint of Snapshot.
	Print string
}

func (o Offer) account() string {
	id, _ := o.Snapshot.AccountID()
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:6])
}

func (o Offer) until() time.Time {
	end, _ := o.Snapshot.AccessExpiry()
	return end.UTC().Round(0)
}

// errand is what to do for a loan.
type errand int

const (
	rest errand = iota
	push
	stop
)

// next returns what to do for the loan and when, which may be long past.
func (l Loan) next(o Offer, confirmed bool) (errand, time.Time) {
	at := l.Tried.Add(backoff(l.Failures, l.ID))
	switch {
	case l.Ended != "":
		return rest, time.Time{}
	case l.Ending != "":
		return stop, at
	case o.Snapshot == nil || l.Account != o.account():
		return rest, time.Time{}
	case l.Pushed != o.Print || !confirmed:
		return push, at
	}
	return rest, time.Time{}
}

// backoff is the pause after n failures in a row: it doubles from a minute to an
// hour, plus up to a quarter that differs between loans.
func backoff(n int, id string) time.Duration {
	if n == 0 {
		return 0
	}
	wait := min(firstBackoff<<min(n-1, 10), lastBackoff)
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return wait - time.Duration(h.Sum32()%1024)*wait/4096
}

// pushed returns the loan as it is after a push.
func (l Loan) pushed(o Offer, a Answer, now time.Time) Loan {
	l.Pushed, l.PushedAt, l.WorksUntil, l.Account = o.Print, now, o.until(), o.account()
	l.InPlace, l.ClockOff = a.InPlace, int(a.skew/time.Second)
	l.Fault, l.Failures, l.Tried, l.FailingSince = nil, 0, time.Time{}, time.Time{}
	return l
}

// failed returns the loan as it is after a failed errand. If the borrower has
// replaced it with something else, it has ended; one that has ended stays as it is.
func (l Loan) failed(f *Fault, now time.Time) Loan {
	if l.Ended != "" {
		return l
	}
	if f.Code.Foreign() {
		return l.ended(f.Code, now)
	}
	if l.Fault, l.Tried = f, now; l.Failures == 0 {
		l.FailingSince = now
	}
	l.Failures++
	return l
}

// ended returns the loan as ended: nothing of it is left at the borrower, or
// nothing that may be touched.
func (l Loan) ended(why Code, now time.Time) Loan {
	if l.Ending != "" {
		why = l.Ending
	}
	l.Ended, l.EndedAt, l.Ending = why, now, ""
	l.Fault, l.Failures, l.Tried, l.FailingSince = nil, 0, time.Time{}, time.Time{}
	return l
}

// over reports whether the loan can be forgotten: the user has stopped it, it
// has been listed long enough, or what could not be removed has expired.
func (l Loan) over(now time.Time) bool {
	switch {
	case l.Ended == Stopped:
		return true
	case l.Ended != "":
		return now.Sub(l.EndedAt) > keepEnded
	}
	return l.Ending != "" && l.Failures > 0 && (l.WorksUntil.IsZero() || now.After(l.WorksUntil))
}

// Short reports whether the borrower cannot be reached and its token has
// expired or is about to.
func (l Loan) Short(now time.Time) bool {
	return l.Ended == "" && l.Ending == "" && l.Failures > 0 && !l.WorksUntil.IsZero() &&
		!now.Before(l.WorksUntil.Add(-warnLead))
}
