package lend

import (
	"cmp"
	"context"
	"slices"
	"time"

	"rekey/auth"
)

// Session is one home's sign-in as the faces see it, with the loans of it, which
// auth does not know. Its methods are safe for concurrent use.
type Session interface {
	auth.Session
	// Loans returns the loans, those in trouble first and then the oldest. A new
	// State.Loans tells when to ask again.
	Loans(ctx context.Context) ([]Loan, error)
	// PushLoan has the home's agent visit a borrower now, however often that has
	// failed. It does not wait for the visit: State.Loans tells when it is over. A
	// loan that is not known, or that has ended, is left alone.
	PushLoan(ctx context.Context, id string) error
	// StopLoan ends a loan, and has the home's agent remove what is ours from the
	// borrower. It does not wait for that. One that has ended is forgotten, and one
	// that is not known is left alone.
	StopLoan(ctx context.Context, id string) error
}

// Loans returns the loans as Session.Loans does.
func (w *Owner) Loans() ([]Loan, error) {
	loans, err := w.Book.List()
	slices.SortStableFunc(loans, func(a, b Loan) int { return cmp.Compare(a.rank(), b.rank()) })
	return loans, err
}

// rank orders loans by what their owner wants to see first.
func (l Loan) rank() int {
	switch {
	case l.Ended != "":
		return 2
	case l.Failures > 0:
		return 0
	}
	return 1
}

// Short returns the loans that are Short, and the id of the notification about
// them, "" for none. The id depends on the latest expiry alone, so borrowers
// that got the same token and fail together cause one notification.
func Short(loans []Loan, now time.Time) (short []Loan, notice string) {
	var last time.Time
	for _, l := range loans {
		if l.Short(now) {
			short = append(short, l)
			if l.WorksUntil.After(last) {
				last = l.WorksUntil
			}
		}
	}
	if len(short) > 0 {
		notice = "loans-" + last.UTC().Format(time.RFC3339)
	}
	return short, notice
}

// PushSoon is Session.PushLoan for a Lender that sees the Book change.
func (w *Owner) PushSoon(id string) error {
	return w.Book.update(id, func(l Loan) Loan {
		l.Pushed, l.Tried = "", time.Time{}
		return l
	})
}

// StopSoon is Session.StopLoan for a Lender that sees the Book change.
func (w *Owner) StopSoon(id string) error {
	_, err := w.endWhere(func(l Loan) bool { return l.ID == id })
	return err
}

// endWhere ends the first loan that fits because the user wants it, and returns
// it as it is then, or the zero Loan if none fits. One that has already ended is
// removed from the Book.
func (w *Owner) endWhere(fits func(Loan) bool) (found Loan, err error) {
	err = w.Book.change(func(loans []Loan) []Loan {
		i := slices.IndexFunc(loans, fits)
		if i < 0 {
			return loans
		}
		if found = loans[i]; found.Ended != "" {
			return slices.Delete(loans, i, i+1)
		}
		loans[i].Ending, loans[i].Failures, loans[i].Tried = Stopped, 0, time.Time{}
		found = loans[i]
		return loans
	})
	return found, err
}
