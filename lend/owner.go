package lend

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"rekey/auth"
)

// Owner lends one home's sign-in. It is safe for concurrent use.
type Owner struct {
	// Book keeps the loans.
	Book *Book
	// Offer returns what can be lent now. It must not block.
	Offer func() Offer
	// Through runs the transports' commands.
	Through Transport
	// Now is the wall clock, UTC.
	Now func() time.Time
	// Log receives one line for each errand.
	Log *slog.Logger
}

// ErrNoLoan means that nothing is lent to a target.
var ErrNoLoan = errors.New("nothing is lent there")

// Lend lends to a new borrower, or pushes to a known one, and records the loan.
// replace overwrites whatever the borrower has. Its error is
// auth.ErrNotLendable, a *Fault, or that of ctx.
func (w *Owner) Lend(ctx context.Context, t Target, replace bool) (Loan, error) {
	loans, err := w.Book.List()
	if err != nil {
		return Loan{}, err
	}
	l := Loan{ID: strings.ToLower(rand.Text()[:16]), Target: t, Since: w.Now()}
	known := slices.IndexFunc(loans, func(l Loan) bool { return l.same(t) })
	if known >= 0 {
		l = loans[known]
		l.Target, l.Ending, l.Ended, l.EndedAt = t, "", "", time.Time{}
	}
	may := "new"
	if replace {
		may = "replace"
	}
	o := w.Offer()
	a, err := w.push(ctx, l, o, may)
	if f, ok := errors.AsType[*Fault](err); ok && known >= 0 {
		err = errors.Join(err, w.Book.update(l.ID, func(l Loan) Loan { return l.failed(f, w.Now()) }))
	}
	if err != nil {
		return l, err
	}
	l = l.pushed(o, a, w.Now())
	return l, w.Book.change(func(loans []Loan) []Loan {
		return append(slices.DeleteFunc(loans, func(other Loan) bool { return other.same(t) }), l)
	})
}

// Stop ends a loan and removes it from the borrower. Its Codex home may be left
// out where the target has only one loan. A borrower that cannot be
// reached keeps what it has until that expires; the agent keeps trying. Its
// error is ErrNoLoan, a *Fault, or that of ctx.
func (w *Owner) Stop(ctx context.Context, t Target) error {
	t = w.meant(t)
	found, err := w.endWhere(func(l Loan) bool { return l.same(t) || l.ID == t.Name })
	switch {
	case err != nil:
		return err
	case found.ID == "":
		return ErrNoLoan
	case found.Ended != "":
		return nil
	}
	err = w.remove(ctx, found)
	if f := (*Fault)(nil); errors.As(err, &f) && !f.Code.Foreign() {
		return errors.Join(err, w.Book.update(found.ID, func(l Loan) Loan { return l.failed(f, w.Now()) }))
	} else if err != nil && f == nil {
		return err
	}
	return w.Book.change(func(loans []Loan) []Loan {
		return slices.DeleteFunc(loans, func(l Loan) bool { return l.ID == found.ID })
	})
}

// meant is the target that t means: the only one of its name where t names no
// Codex home and nothing is lent to the usual one.
func (w *Owner) meant(t Target) Target {
	loans, _ := w.Book.List() // Stop says what is wrong with it
	named := slices.DeleteFunc(loans, func(l Loan) bool { return l.Name != t.Name })
	if t.CodexHome == "" && len(named) == 1 {
		return named[0].Target
	}
	return t
}

// Print returns a loan for a place that cannot be pushed to, such as a CI
// secret, and when it expires. It is not recorded.
func (w *Owner) Print() (content []byte, until time.Time, err error) {
	o := w.Offer()
	s, err := o.lent("print-" + strings.ToLower(rand.Text()[:8]))
	if err != nil {
		return nil, time.Time{}, err
	}
	return s.Encode(), o.until(), nil
}

// lent returns what a borrower gets.
func (o Offer) lent(id string) (*auth.Snapshot, error) {
	if o.Snapshot == nil {
		return nil, auth.ErrNotLendable
	}
	return o.Snapshot.Lend(id)
}

// push sends the offer to a borrower.
func (w *Owner) push(ctx context.Context, l Loan, o Offer, may string) (Answer, error) {
	s, err := o.lent(l.ID)
	if err != nil {
		return Answer{}, err
	}
	a, err := run(ctx, w.Through, l.Target, order{"push", l.ID, may, s.Encode()}, w.Now)
	w.tell(l, "pushed", err, "until", o.until(), "inPlace", a.InPlace, "clockOff", a.skew)
	return a, err
}

// remove removes a loan from its borrower.
func (w *Owner) remove(ctx context.Context, l Loan) error {
	_, err := run(ctx, w.Through, l.Target, order{do: "stop", loan: l.ID, may: "known"}, w.Now)
	w.tell(l, "removed", err)
	return err
}

// tell logs the one line of an errand.
func (w *Owner) tell(l Loan, done string, err error, more ...any) {
	args := []any{"loan", l.ID, "target", l.Name}
	if err == nil {
		w.Log.Info("lend: "+done, append(args, more...)...)
		return
	}
	w.Log.Warn("lend: not "+done, append(args, "why", err)...)
}
