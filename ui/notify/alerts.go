package notify

import (
	"context"
	"slices"
	"time"

	"rekey/auth"
	"rekey/usage"
)

// RunAlerts shows those of Usage.Alerts that this process has claimed, each
// replacing the one before, and withdraws an alert when it no longer applies.
// It returns when ctx or the session ends. n must not be used for anything
// else.
func RunAlerts(ctx context.Context, s auth.Session, n Notifier, o Options) {
	a := &alerts{onScreen{notifier: n, opts: o}, s}
	for u := range s.SubscribeUsage(ctx) {
		a.see(ctx, u)
	}
	a.withdraw(context.WithoutCancel(ctx))
}

// alerts belongs to the goroutine of RunAlerts.
type alerts struct {
	onScreen
	session auth.Session
}

// see updates the screen for u.
func (a *alerts) see(ctx context.Context, u usage.Usage) {
	if !slices.ContainsFunc(u.Alerts, func(due usage.Alert) bool { return due.ID == a.shown }) {
		a.withdraw(ctx)
	}
	if !a.session.State().Notifications {
		return
	}
	for _, due := range u.Alerts {
		call, cancel := context.WithTimeout(ctx, callLimit)
		if ours, err := a.session.ClaimNotice(call, due.ID); err != nil {
			a.log("Cannot tell whether an alert was shown before, so it is not shown", err)
		} else if ours {
			a.show(call, due)
		}
		cancel()
	}
}

func (a *alerts) show(ctx context.Context, due usage.Alert) {
	title, body := a.opts.Words.UsageAlert(due, time.Now())
	if err := a.notifier.Show(ctx, Notification{Title: title, Body: body, Account: a.opts.Home, Icon: a.opts.appIcon()}); err != nil {
		a.log("Cannot show an alert", err)
		return
	}
	a.shown = due.ID
}
