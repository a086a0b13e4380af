package notify

import (
	"context"
	"image"
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

// Options configure Run.
type Options struct {
	// Words are the language.
	Words words.Words
	// Home is the home's name, "" if there is only one.
	Home string
	// Patience is how long to wait before notifying about a refusal while the
	// access token still works, because another process may fix it meanwhile.
	Patience time.Duration
	// Log gets what goes wrong.
	Log *slog.Logger
}

// appIcon is the program's own icon. It is drawn for each notification, because
// most processes never show one.
func (o Options) appIcon() *image.RGBA {
	icon, err := assets.AppIcon(iconSize)
	if err != nil {
		o.Log.Error("No icon for a notification", "error", err)
	}
	return icon
}

// Run watches s and shows each notice once, if this process can claim it. It
// returns when ctx or the session ends, after withdrawing its message, whose
// button would no longer work.
func Run(ctx context.Context, s auth.Session, n Notifier, o Options) {
	r := &runner{onScreen: onScreen{notifier: n, opts: o}, session: s, patience: time.NewTimer(0)}
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
	onScreen
	session auth.Session
	icons   assets.Renderer
	work    sync.WaitGroup // sign-ins begun by the button

	patience *time.Timer // runs while waiting is not shown yet
	waiting  string      // the notice that it was started for
	due      time.Time   // when it may be shown

	claimed string       // the notice that is ours to show, "" when none is
	told    string       // the notice that was shown last, even if it was taken back
	text    words.Notice // what it says
	failing bool         // the last Show failed and the log knows
}

// see updates the screen for state.
func (r *runner) see(ctx context.Context, state auth.State) {
	if !state.NeedsSignIn() {
		r.claimed, r.waiting = "", ""
		r.patience.Stop()
	}
	if !state.NeedsSignIn() || !state.Notifications {
		r.withdraw(ctx) // an unclaimed notice can be shown when they are on again
		return
	}
	if r.shown != "" && state.Notice == r.shown {
		r.correct(ctx, state)
		return
	}
	if state.Notice == "" || state.Notice == r.told || state.SigningIn || r.early(state) {
		return
	}
	if state.Notice != r.claimed && !r.claim(ctx, state.Notice) {
		r.withdraw(ctx) // the message on the screen is about another refusal
		return
	}
	// The claim may have taken a while, and another process may have fixed the
	// sign-in.
	if now := r.session.State(); now.NeedsSignIn() && now.Notice == state.Notice {
		r.show(ctx, now)
	}
}

// early reports whether the state's notice has to wait, and then arranges
// another call of see. It does not wait once the access token has expired.
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
		r.opts.Log.Warn("Cannot tell whether a notification was shown before, so none is shown", "error", err)
		return false
	}
	if ours {
		r.claimed = notice
	}
	return ours
}

// show shows the notice for state. If that fails, the claim stays and the next
// State triggers another try.
func (r *runner) show(ctx context.Context, state auth.State) {
	text := r.opts.Words.NoticeOf(state, time.Now())
	call, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	if err := r.notifier.Show(call, r.notification(ctx, state, text)); err != nil {
		if !r.failing {
			r.opts.Log.Warn("Cannot show a notification; the icon and the menu still say what is wrong", "error", err)
		}
		r.failing = true
		return
	}
	r.failing, r.shown, r.told, r.text = false, state.Notice, state.Notice, text
}

// correct updates the message on the screen.
func (r *runner) correct(ctx context.Context, state auth.State) {
	text := r.opts.Words.NoticeOf(state, time.Now())
	if text == r.text {
		return
	}
	call, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	if err := r.notifier.Correct(call, r.notification(ctx, state, text)); err != nil {
		r.log("Cannot correct a notification", err)
		return
	}
	r.text = text
}

// notification is the message for state.
func (r *runner) notification(ctx context.Context, state auth.State, text words.Notice) Notification {
	icon, err := r.icons.Icon(state.Status, assets.UnknownPanel, iconSize)
	if err != nil {
		r.opts.Log.Error("No icon for this state", "error", err)
	}
	return Notification{
		Title: text.Title, Account: r.account(text.Account), Body: text.Body, Icon: icon,
		Button: r.opts.Words.Say("notice.button"), Buttonless: r.opts.Words.Say("notice.buttonless"),
		SignIn: func() { r.signIn(ctx) },
	}
}

// account names the account, and the home if there are several.
func (r *runner) account(account string) string {
	switch {
	case r.opts.Home == "":
		return account
	case account == "":
		return words.Line(r.opts.Home)
	}
	return r.opts.Words.Say("tray.home", "Name", words.Line(r.opts.Home), "State", account)
}

// signIn starts the sign-in that the button stands for.
func (r *runner) signIn(ctx context.Context) {
	r.work.Go(func() {
		if err := r.session.SignIn(ctx, auth.SignInPreferred); err != nil && ctx.Err() == nil {
			r.opts.Log.Warn("The sign-in failed", "error", err)
		}
	})
}
