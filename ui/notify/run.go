package notify

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"rekey/assets"
	"rekey/auth"
	"rekey/ui"
	"rekey/ui/words"
)

const (
	// callLimit bounds every call to the session and the desktop.
	callLimit = 5 * time.Second
	// iconSize is in pixels; desktops scale it down.
	iconSize = 64
)

// Run watches s and shows each notice that is owed once, if this process is the
// one that may. It returns when ctx ends or the session does, after it has
// taken back what it shows: the button would lead nowhere.
func Run(ctx context.Context, s ui.Session, n Notifier, w words.Words, log *slog.Logger) {
	r := &runner{session: s, notifier: n, words: w, log: log}
	for state := range s.Subscribe(ctx) {
		r.see(ctx, state)
	}
	r.withdraw(context.WithoutCancel(ctx))
	r.work.Wait()
}

// runner belongs to the goroutine of Run.
type runner struct {
	session  ui.Session
	notifier Notifier
	words    words.Words
	log      *slog.Logger
	icons    assets.Renderer
	work     sync.WaitGroup // sign-ins begun by the button

	claimed string // the notice that is ours to show, "" when none is
	shown   string // the notice that is on the screen, "" when none is
	failing bool   // the last Show failed and the log knows
}

// see brings the screen in line with state.
func (r *runner) see(ctx context.Context, state auth.State) {
	if !state.NeedsSignIn() {
		r.claimed = ""
		r.withdraw(ctx)
		return
	}
	if state.Notice == "" || state.Notice == r.shown {
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
	text := r.words.NoticeOf(state, time.Now())
	icon, err := r.icons.Icon(state.Status, false, iconSize)
	if err != nil {
		r.log.Error("No icon for this state", "error", err)
	}
	call, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	err = r.notifier.Show(call, Notification{
		Title: text.Title, Account: text.Account, Body: text.Body, Icon: icon,
		Button: r.words.Say("notice.button"), Buttonless: r.words.Say("notice.buttonless"),
		SignIn: func() { r.signIn(ctx) },
	})
	if err != nil {
		if !r.failing {
			r.log.Warn("Cannot show a notification; the icon and the menu still say what is the matter", "error", err)
		}
		r.failing = true
		return
	}
	r.failing, r.shown = false, state.Notice
}

// withdraw takes back what is on the screen.
func (r *runner) withdraw(ctx context.Context) {
	if r.shown == "" {
		return
	}
	r.shown = ""
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
