package window

import (
	"context"
	"errors"

	"rekey/auth"
	"rekey/ui/words"
)

// clickMain does what the State's main action is.
func (w *Window) clickMain(ctx context.Context) {
	switch action, _ := w.words.MainAction(w.state); action {
	case words.ActionSignIn:
		w.start(ctx, "failed.sign_in", w.signIn)
	case words.ActionCancelSignIn:
		w.begin() // the sign-in's own failure is then no news
		w.work.Go(w.session.CancelSignIn)
	case words.ActionRefresh:
		w.start(ctx, "failed.renewal", w.session.Refresh)
	}
}

func (w *Window) clickRefresh(ctx context.Context) { w.start(ctx, "failed.renewal", w.session.Refresh) }

// start runs do off Fyne's goroutine. When it fails the window says so, with the
// message failed, until the next click or the next change of status.
func (w *Window) start(ctx context.Context, failed string, do func(context.Context) error) {
	mine := w.begin()
	w.work.Go(func() {
		err := do(ctx)
		if err == nil || ctx.Err() != nil || errors.Is(err, context.Canceled) {
			return
		}
		w.log.Warn("A click did not work", "what", failed, "error", err)
		w.do(func() {
			if mine == w.clicks {
				w.note = words.Line(w.words.Say(failed, "Why", w.words.Error(err)))
				w.render()
			}
		})
	})
}

// begin counts a click, which takes the note about the last one away.
func (w *Window) begin() int {
	w.clicks++
	w.note = ""
	w.render()
	return w.clicks
}

func (w *Window) signIn(ctx context.Context) error {
	return w.session.SignIn(ctx, auth.SignInPreferred)
}
