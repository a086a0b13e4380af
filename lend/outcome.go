package lend

import (
	"errors"
	"slices"
	"time"
)

// finish records how visits ended: this one and those that have ended since.
func (l *Lender) finish(first result) {
	ended := map[string]result{first.loan.ID: first}
	for len(l.done) > 0 {
		r := <-l.done
		ended[r.loan.ID] = r
	}
	for id := range ended {
		delete(l.running, id)
	}
	now := l.Now()
	reached := false
	err := l.Book.change(func(loans []Loan) []Loan {
		for i, loan := range loans {
			if r, ok := ended[loan.ID]; ok {
				loans[i] = l.outcome(loan, r, now)
				reached = reached || loans[i].Failures == 0 && loan.Failures > 0
			}
		}
		if reached {
			retry(loans)
		}
		return slices.DeleteFunc(loans, func(loan Loan) bool { return loan.over(now) })
	})
	if err != nil {
		l.Log.Warn("lend: the loans cannot be kept", "error", err)
		l.notBefore = now.Add(firstBackoff) // otherwise the same visits would start again immediately
	}
}

// outcome returns a loan as it is after a visit.
func (l *Lender) outcome(loan Loan, r result, now time.Time) Loan {
	var fault *Fault
	switch {
	case r.err == nil && r.what == stop:
		return loan.ended(loan.Ending, now)
	case r.err == nil:
		l.confirmed[loan.ID] = true
		return loan.pushed(r.offer, r.answer, now)
	case errors.As(r.err, &fault):
		l.confirmed[loan.ID] = loan.Pushed != "" // it is visited again when there is something new
		return loan.failed(fault, now)
	}
	return loan // aborted
}

// retry resets the failures of loans that the network may have caused.
func retry(loans []Loan) {
	for i, loan := range loans {
		if loan.Fault != nil && loan.Fault.Code.network() {
			loans[i].Tried = time.Time{}
		}
	}
}

// woken handles a wake: the network may have changed, and needs a moment to
// come back.
func (l *Lender) woken() {
	l.notBefore = l.Now().Add(settle)
	loans, err := l.Book.List()
	if err != nil || !slices.ContainsFunc(loans, func(l Loan) bool { return l.Failures > 0 }) {
		return
	}
	if err := l.Book.change(func(loans []Loan) []Loan { retry(loans); return loans }); err != nil {
		l.Log.Warn("lend: the loans cannot be kept", "error", err)
	}
}

// end ends the loans of a sign-in that is gone, once that is certain, and
// returns the remaining loans and when to look again.
func (l *Lender) end(loans []Loan, o Offer, now time.Time) ([]Loan, time.Time) {
	gone := !o.Unknown && o.Snapshot == nil
	if !gone {
		l.goneSince = time.Time{}
	} else if l.goneSince.IsZero() {
		l.goneSince = now
	}
	if gone && now.Sub(l.goneSince) < goneGrace {
		return loans, l.goneSince.Add(goneGrace)
	}
	why := func(loan Loan) Code {
		switch {
		case loan.Ended != "" || loan.Ending != "":
		case gone:
			return OwnerGone
		case o.Snapshot != nil && loan.Account != o.account():
			return OwnerOther
		}
		return ""
	}
	if !slices.ContainsFunc(loans, func(loan Loan) bool { return why(loan) != "" }) {
		return loans, time.Time{}
	}
	err := l.Book.change(func(all []Loan) []Loan {
		for i, loan := range all {
			if code := why(loan); code != "" {
				all[i].Ending, all[i].Failures, all[i].Tried = code, 0, time.Time{}
			}
		}
		loans = slices.Clone(all)
		return all
	})
	if err != nil {
		l.Log.Warn("lend: the loans cannot be kept", "error", err)
	}
	return loans, time.Time{}
}
