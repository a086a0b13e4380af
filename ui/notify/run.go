package notify

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"rekey/assets"
	"rekey/auth"
	"rekey/ui/words"
)

const (
	// callLimit bounds every call to the session and the desktop.
	callLimit = 5 * time.Second
	// iconSize is in pixels; desktops scale it down.
	iconSize = 64
)

// Options say how Run speaks.
type Options struct {
	// Words are the language.
	Words words.Words
	// Home is what the home is called, "" when there is no other one to tell it
	// from.
	Home string
	// Patience is how long a refusal waits before it is told of while the access
	// token still works: another process may mend it meanwhile. 0: not at all.
	Patience time.Duration
	// Log gets what goes wrong.
	Log *slog.Logger
}

// Run watches s and shows each notice that is owed once, if this process is the
// one that may. It returns when ctx ends or the session does, after it has
// taken back what it shows: the button would lead nowhere.
func Run(ctx context.Context, s auth.Session, n Notifier, o Options) {
	r := &runner{session: s, notifier: n, opts: o, log: o.Log, patience: time.NewTimer(0)}
	r.patience.Stop()
	states := s.Subscribe(ctx)
	for open := true; open; {
		var state auth.State
		select {
		case state, open = <-states:
			if !open {
				continue
			}
		case <-r.patience.C:
			state = s.State()
		}
		r.see(ctx, state)
	}
	r.patience.Stop()
	r.withdraw(context.WithoutCancel(ctx))
	r.work.Wait()
}

// runner belongs to the goroutine of Run.
type runner struct {
	session  auth.Session
	notifier Notifier
	opts     Options
	log      *slog.Logger
	icons    assets.Renderer
	work     sync.WaitGroup // sign-ins begun by the button

	patience *time.Timer // runs while waiting is not told of yet
	waiting  string      // the notice that it was started for
	due      time.Time   // when it may be told of

	claimed string       // the notice that is ours to show, "" when none is
	told    string       // the notice that was shown last
	shown   bool         // it was not taken back
	text    words.Notice // what it says
	failing bool         // the last Show failed and the log knows
}

// see brings the screen in line with state.
func (r *runner) see(ctx context.Context, state auth.State) {
	if !state.NeedsSignIn() {
		r.claimed, r.waiting = "", ""
		r.patience.Stop()
	}
	if !state.NeedsSignIn() || !state.Notifications {
		r.withdraw(ctx) // what is not claimed can be shown when they are on again
		return
	}
	if state.Notice == r.told && r.shown {
		r.correct(ctx, state)
		return
	}
	if state.Notice == "" || state.Notice == r.told || state.SigningIn || r.early(state) {
		return
	}
	if state.Notice != r.claimed && !r.claim(ctx, state.Notice) {
		r.withdraw(ctx) // what is on the screen is about another refusal
		return
	}
	// The claim may have taken a while, and another process may have mended it.
	if now := r.session.State(); now.NeedsSignIn() && now.Notice == state.Notice {
		r.show(ctx, now)
	}
}

// early reports whether the state's notice has to wait, and then has see called
// when it has waited enough. Nothing works without it: then it does not wait.
func (r *runner) early(state auth.State) bool {
	if state.Status != auth.StatusExpiring || r.opts.Patience == 0 {
		return false
	}
	now := time.Now()
	if r.waiting != state.Notice {
		r.waiting, r.due = state.Notice, now.Add(r.opts.Patience)
		r.patience.Reset(r.opts.Patience)
	}
	return now.Before(r.due)
}

// claim reports whether notice is ours to show.
func (r *runner) claim(ctx context.Context, notice string) bool {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	ours, err := r.session.ClaimNotice(ctx, notice)
	if err != nil {
		r.log.Warn("Cannot tell whether a notification was shown before, so none is shown", "error", err)
		return false
	}
	if ours {
		r.claimed = notice
	}
	return ours
}

// show puts the notice for state on the screen. When that fails the notice
// stays ours: the next State brings the next try.
func (r *runner) show(ctx context.Context, state auth.State) {
	text := r.opts.Words.NoticeOf(state, time.Now())
	call, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	if err := r.notifier.Show(call, r.notification(ctx, state, text)); err != nil {
		if !r.failing {
			r.log.Warn("Cannot show a notification; the icon and the menu still say what is the matter", "error", err)
		}
		r.failing = true
		return
	}
	r.failing, r.shown, r.told, r.text = false, true, state.Notice, text
}

// correct has the message on the screen say what is so now.
func (r *runner) correct(ctx context.Context, state auth.State) {
	text := r.opts.Words.NoticeOf(state, time.Now())
	if text == r.text {
		return
	}
	call, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	if err := r.notifier.Correct(call, r.notification(ctx, state, text)); err != nil {
		r.log.Debug("Cannot correct a notification", "error", err)
		return
	}
	r.text = text
}

// notification is the message for state.
func (r *runner) notification(ctx context.Context, state auth.State, text words.Notice) Notification {
	icon, err := r.icons.Icon(state.Status, assets.UnknownPanel, iconSize)
	if err != nil {
		r.log.Error("No icon for this state", "error", err)
	}
	return Notification{
		Title: text.Title, Account: r.account(text.Account), Body: text.Body, Icon: icon,
		Button: r.opts.Words.Say("notice.button"), Buttonless: r.opts.Words.Say("notice.buttonless"),
		SignIn: func() { r.signIn(ctx) },
	}
}

// account names whose sign-in it is, and of several homes which.
func (r *runner) account(account string) string {
	switch {
	case r.opts.Home == "":
		return account
	case account == "":
		return words.Line(r.opts.Home)
	}
	return r.opts.Words.Say("tray.home", "Name", words.Line(r.opts.Home), "State", account)
}

// withdraw takes back what is on the screen.
func (r *runner) withdraw(ctx context.Context) {
	if !r.shown {
		return
	}
	r.shown = false
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	if err := r.notifier.Withdraw(ctx); err != nil {
		r.log.Debug("Cannot withdraw a notification", "error", err)
	}
}

// signIn starts the sign-in that the button stands for.
func (r *runner) signIn(ctx context.Context) {
	r.work.Go(func() {
		if err := r.session.SignIn(ctx, auth.SignInPreferred); err != nil && ctx.Err() == nil {
			r.log.Warn("The sign-in did not work", "error", err)
		}
	})
}
