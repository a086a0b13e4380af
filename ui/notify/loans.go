package notify

import (
	"context"
	"time"

	"rekey/auth"
	"rekey/lend"
)

// RunLoans shows one notification when a borrower is about to lose its sign-in and
// cannot be reached, if this process is the one that may, and takes it back when
// that is no longer so. It returns when ctx ends or the session does. n is for
// these alone.
func RunLoans(ctx context.Context, s lend.Session, n Notifier, o Options) {
	l := &loans{onScreen: onScreen{notifier: n, opts: o}, session: s}
	for state := range s.Subscribe(ctx) {
		l.see(ctx, state)
	}
	l.withdraw(context.WithoutCancel(ctx))
}

// loans belongs to the goroutine of RunLoans.
type loans struct {
	onScreen
	session lend.Session
	seen    auth.Loans // what the State said last
	allowed bool       // notifications were on then
	body    string     // what the message on the screen says
}

// see brings the screen in line with state.
func (l *loans) see(ctx context.Context, state auth.State) {
	if state.Loans == l.seen && state.Notifications == l.allowed {
		return
	}
	l.seen, l.allowed = state.Loans, state.Notifications
	if state.Loans.Short == "" || !state.Notifications {
		l.withdraw(ctx)
		return
	}
	call, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	list, err := l.session.Loans(call)
	if err != nil {
		l.log("The loans could not be read, so nothing is said of them", err)
		return
	}
	now := time.Now()
	short, notice := lend.Short(list, now)
	if notice == "" {
		l.withdraw(ctx)
		return
	}
	title, body := l.opts.Words.LoanNotice(short, now)
	message := Notification{Title: title, Body: body, Account: l.opts.Home, Icon: l.opts.appIcon()}
	if notice == l.shown {
		l.correct(call, message)
		return
	}
	if ours, err := l.session.ClaimNotice(call, notice); err != nil || !ours {
		l.withdraw(ctx) // what is on the screen is about other loans
		return
	}
	if err := l.notifier.Show(call, message); err != nil {
		l.log("Cannot show a notification about loans", err)
		return
	}
	l.shown, l.body = notice, title+body
}

// correct has the message on the screen say what is so now.
func (l *loans) correct(ctx context.Context, message Notification) {
	if message.Title+message.Body == l.body {
		return
	}
	if err := l.notifier.Correct(ctx, message); err != nil {
		l.log("Cannot correct a notification about loans", err)
		return
	}
	l.body = message.Title + message.Body
}
