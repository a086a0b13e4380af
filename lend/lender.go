package lend

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"rekey/auth/keeper"
)

const (
	// atOnce is how many borrowers are visited at a time.
	atOnce = 8
	// goneGrace is how long there must be nothing to lend before that counts as
	// a sign-out, because an editor may delete a file and write it again.
	goneGrace = 30 * time.Second
	// settle is the time given to the network to come back after a wake.
	settle = 5 * time.Second
)

// Lender pushes its Owner's offer to all borrowers while Run runs.
type Lender struct {
	Owner
	// Clock is the wall clock and its alarms.
	Clock keeper.Clock
	// Changed is called with the loans whenever they may have changed. It must
	// not block.
	Changed func([]Loan)

	poke chan struct{}
	done chan result

	running   map[string]bool // the loans whose borrower is being visited
	confirmed map[string]bool // those that this Lender has visited
	goneSince time.Time       // when there was first nothing to lend
	notBefore time.Time       // no visit starts earlier
}

// result is how a visit ended.
type result struct {
	loan   Loan
	what   errand
	offer  Offer
	answer Answer
	err    error
}

// NewLender returns a Lender that does nothing yet: see Run.
func NewLender(w Owner, clock keeper.Clock, changed func([]Loan)) *Lender {
	w.Now = clock.Now
	return &Lender{
		Owner: w, Clock: clock, Changed: changed, poke: make(chan struct{}, 1), done: make(chan result, atOnce),
		running: make(map[string]bool), confirmed: make(map[string]bool),
	}
}

// Poke tells the Lender that the offer or the Book may have changed. It never
// blocks and may be called from any goroutine.
func (l *Lender) Poke() {
	select {
	case l.poke <- struct{}{}:
	default:
	}
}

// Run visits borrowers until ctx is done. A visit under way is then aborted,
// which leaves the borrower with the old file or the new.
func (l *Lender) Run(ctx context.Context) error {
	alarm := l.Clock.NewAlarm()
	defer alarm.Close()
	var visits sync.WaitGroup
	defer visits.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for {
		if err := alarm.Set(l.turn(ctx, &visits)); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-l.poke:
		case r := <-l.done:
			l.finish(r)
		case why := <-alarm.Rings():
			if why == keeper.RingJump {
				l.woken()
			}
		}
	}
}

// turn starts the visits that are due and returns when to look again, the zero
// time if nothing is planned.
func (l *Lender) turn(ctx context.Context, visits *sync.WaitGroup) time.Time {
	loans, err := l.Book.List()
	if err != nil {
		l.Log.Warn("lend: cannot read the loans", "error", err)
		return time.Time{}
	}
	now := l.Now()
	if len(loans) == 0 {
		l.Changed(nil)
		return time.Time{}
	}
	offer := l.Offer()
	loans, again := l.end(loans, offer, now)
	sooner := func(at time.Time) {
		if at.After(now) && (again.IsZero() || at.Before(again)) {
			again = at
		}
	}
	l.Changed(loans)
	slices.SortStableFunc(loans, func(a, b Loan) int {
		return cmp.Or(cmp.Compare(min(a.Failures, 1), min(b.Failures, 1)), a.WorksUntil.Compare(b.WorksUntil))
	})
	for _, loan := range loans {
		what, at := loan.next(offer, l.confirmed[loan.ID])
		if loan.Failures > 0 && !loan.WorksUntil.IsZero() {
			sooner(loan.WorksUntil.Add(-warnLead))
		}
		if what == rest || l.running[loan.ID] {
			continue
		}
		if at.Before(l.notBefore) {
			at = l.notBefore
		}
		if at.After(now) {
			sooner(at)
		} else if len(l.running) < atOnce {
			l.running[loan.ID] = true
			visits.Go(func() { l.done <- l.visit(ctx, loan, what, offer) })
		}
	}
	return again
}

// visit is one errand. The channel has room for every visit under way.
func (l *Lender) visit(ctx context.Context, loan Loan, what errand, offer Offer) (r result) {
	r = result{loan: loan, what: what, offer: offer}
	if what == stop {
		r.err = l.remove(ctx, loan)
		return r
	}
	r.answer, r.err = l.push(ctx, loan, offer, "known")
	return r
}
