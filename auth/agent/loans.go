package agent

import (
	"context"
	"time"

	"rekey/auth"
	"rekey/auth/keeper"
	"rekey/lend"
)

// Lending returns the owner that lends this home's sign-in to other machines.
// The home's agent sees changes of the loans and does the pushing.
func (h *Home) Lending() *lend.Owner { return &h.lender.Owner }

// Loans implements lend.Session.
func (h *Home) Loans(context.Context) ([]lend.Loan, error) { return h.lender.Loans() }

// PushLoan implements lend.Session. The agent sees the loans change.
func (h *Home) PushLoan(_ context.Context, id string) error { return h.lender.PushSoon(id) }

// StopLoan implements lend.Session. The agent sees the loans change.
func (h *Home) StopLoan(_ context.Context, id string) error { return h.lender.StopSoon(id) }

// newLender returns the home's Lender.
func (h *Home) newLender() *lend.Lender {
	return lend.NewLender(lend.Owner{
		Book: lend.OpenBook(lend.BookPath(h.stateDir)), Offer: h.offer, Log: h.opts.Log,
		Through: lend.Commands(func(name string) (string, bool) { v := h.opts.Getenv(name); return v, v != "" }),
	}, keeper.SystemClock(), h.showLoans)
}

// offer returns what can be lent.
func (h *Home) offer() lend.Offer {
	f := h.manager.Facts()
	o := lend.Offer{Unknown: h.manager.State().Status == auth.StatusUnreadable}
	if f.Snapshot.Managed() && f.Snapshot.Usable() {
		o.Snapshot, o.Print = f.Snapshot, h.state.Whole(f.Snapshot)
	}
	return o
}

// showLoans puts counts of the loans into the State.
func (h *Home) showLoans(loans []lend.Loan) {
	now := time.Now().UTC()
	var shown auth.Loans
	for _, l := range loans {
		for _, at := range []time.Time{l.Since, l.PushedAt, l.Tried, l.EndedAt} {
			if at.After(shown.Changed) {
				shown.Changed = at
			}
		}
		switch {
		case l.Ended != "" || l.Ending != "":
			shown.Ended++
			continue
		case l.Failures > 0:
			shown.Failing++
		}
		shown.Count++
		if l.Short(now) {
			shown.Short = l.Name
		}
	}
	h.manager.SetLoans(shown)
}
