package tray

import (
	"context"
	"errors"

	"rekey/auth"
	"rekey/ui/words"
)

// click does what a row stands for. It returns at once: what takes time runs
// on its own, so that every row stays responsive.
func (t *tray) click(ctx context.Context, id RowID) {
	t.mu.Lock()
	main, keep := t.main, t.state.KeepFresh
	t.mu.Unlock()
	switch id {
	case RowAction:
		t.clickMain(ctx, main)
	case RowRefresh:
		t.start(ctx, "failed.renewal", t.session.Refresh)
	case RowOpen:
		t.start(ctx, "failed.window", t.opts.OpenWindow)
	case RowKeepFresh:
		t.start(ctx, "failed.change", func(ctx context.Context) error { return t.session.SetPreferences(ctx, auth.KeepFresh(!keep)) })
	case RowQuit:
		t.opts.Quit()
	}
}

func (t *tray) clickMain(ctx context.Context, main words.Action) {
	switch main {
	case words.ActionSignIn:
		t.start(ctx, "failed.sign_in", t.signIn)
	case words.ActionCancelSignIn:
		t.begin() // the sign-in's own failure is then no news
		t.work.Go(t.session.CancelSignIn)
	case words.ActionRefresh:
		t.start(ctx, "failed.renewal", t.session.Refresh)
	case words.ActionOpenFolder:
		t.start(ctx, "failed.folder", t.opts.OpenFolder)
	}
}

// start runs do in the background. When it fails the menu says so, with the
// message failed, until the next click or the next change of status.
func (t *tray) start(ctx context.Context, failed string, do func(context.Context) error) {
	mine := t.begin()
	t.work.Go(func() {
		err := do(ctx)
		if err == nil || ctx.Err() != nil || errors.Is(err, context.Canceled) {
			return
		}
		t.opts.Log.Warn("A click did not work", "what", failed, "error", err)
		t.mu.Lock()
		if mine == t.clicks {
			t.note = t.opts.Words.Say(failed, "Why", t.opts.Words.Error(err))
		}
		t.mu.Unlock()
		t.lookAgain()
	})
}

// begin counts a click, which takes the note about the last one away.
func (t *tray) begin() int {
	defer t.lookAgain()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clicks++
	t.note = ""
	return t.clicks
}

func (t *tray) signIn(ctx context.Context) error { return t.session.SignIn(ctx, auth.SignInPreferred) }
