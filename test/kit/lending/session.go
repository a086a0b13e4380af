// Package lending is kit.Session with loans, for tests only. It stands apart
// because the tests of lend use kit.
package lending

import (
	"context"
	"slices"
	"sync"
	"time"

	"rekey/auth"
	"rekey/lend"
	"rekey/test/kit"
)

// Session is a kit.Session with loans. It is safe for concurrent use.
type Session struct {
	*kit.Session

	mu    sync.Mutex // guards loans
	loans []lend.Loan
}

var _ lend.Session = (*Session)(nil)

// Of adds loans to a session, none at first.
func Of(s *kit.Session) *Session { return &Session{Session: s} }

// Lend makes the list what Loans returns, and publishes a State that says so.
func (f *Session) Lend(list ...lend.Loan) {
	f.mu.Lock()
	f.loans = list
	f.mu.Unlock()
	s := f.State()
	s.Loans = auth.Loans{Count: len(list), Changed: s.Loans.Changed.Add(time.Second)}
	if short, _ := lend.Short(list, time.Now()); len(short) > 0 {
		s.Loans.Short = short[0].Name
	}
	f.Publish(s)
}

// Loans implements lend.Session. It is no call that a test has to expect.
func (f *Session) Loans(context.Context) ([]lend.Loan, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.loans), nil
}

// PushLoan implements lend.Session.
func (f *Session) PushLoan(_ context.Context, id string) error {
	f.Calls <- "PushLoan " + id
	return nil
}

// StopLoan implements lend.Session.
func (f *Session) StopLoan(_ context.Context, id string) error {
	f.Calls <- "StopLoan " + id
	return nil
}
