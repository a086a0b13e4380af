package tray

import (
	"context"
	"errors"
	"time"

	"rekey/auth"
	"rekey/ui"
	"rekey/ui/words"
)

// click performs a row's action. It returns immediately: slow actions run in
// the background, so that every row stays responsive.
func (t *tray) click(ctx context.Context, h *home, id RowID) {
	t.mu.Lock()
	main, state, loans := h.main, h.state, h.rows
	t.mu.Unlock()
	switch id {
	case RowAction:
		t.clickMain(ctx, h, main)
	case RowBrowser:
		t.signIn(ctx, h, auth.SignInBrowser)
	case RowDevice:
		t.signIn(ctx, h, auth.SignInDevice)
	case RowCodex:
		t.signIn(ctx, h, auth.SignInCodex)
	case RowReplace:
		t.answer(ctx, h, true)
	case RowKeep:
		t.answer(ctx, h, false)
	case RowCode:
		t.copyText(ctx, h, state.SignIn.UserCode)
	case RowLink:
		t.copyText(ctx, h, state.SignIn.Page)
	case RowRefresh:
		t.start(ctx, h, "failed.refresh", h.Session.Refresh)
	case RowAddAccount:
		t.start(ctx, h, "failed.window", h.AddAccount)
	case RowOpen, RowLoansMore:
		t.start(ctx, h, "failed.window", h.OpenWindow)
	case RowSignOutNow:
		t.start(ctx, h, "failed.sign_out", h.Session.SignOut)
	case RowDiagnostics:
		t.startNoting(ctx, h, "failed.diagnostics", t.opts.CopyDiagnostics)
	case RowKeepFresh:
		t.change(ctx, h, auth.KeepFresh(!state.KeepFresh))
	case RowStartAtLogin:
		on := !state.StartAtLogin
		t.change(ctx, h, auth.PreferenceChange{StartAtLogin: &on})
	case RowQuit:
		t.opts.Quit()
	default: // the rows of the borrowers, and those that inform
		if loan, row, ok := id.ofLoan(); ok {
			t.clickLoan(ctx, h, row, loans[loan])
		} else if h.OpenWindow != nil && id >= RowAccount && id <= RowNote {
			t.start(ctx, h, "failed.window", h.OpenWindow)
		}
	}
}

// openWorst opens the window of the home that the icon shows.
func (t *tray) openWorst(ctx context.Context) {
	if h := t.homes[ui.Worst(t.states()...)]; h.OpenWindow != nil {
		t.start(ctx, h, "failed.window", h.OpenWindow)
	}
}

func (t *tray) clickMain(ctx context.Context, h *home, main words.Action) {
	switch main {
	case words.ActionSignIn:
		t.signIn(ctx, h, auth.SignInPreferred)
	case words.ActionCancelSignIn:
		t.begin(h) // so that the sign-in's own failure is not noted
		t.work.Go(h.Session.CancelSignIn)
	case words.ActionRefresh:
		t.start(ctx, h, "failed.refresh", h.Session.Refresh)
	case words.ActionUnlock:
		t.start(ctx, h, "failed.unlock", h.Session.Unlock)
	case words.ActionOpenFolder:
		t.start(ctx, h, "failed.folder", h.OpenFolder)
	}
}

// clickLoan does what the row of a borrower stands for.
func (t *tray) clickLoan(ctx context.Context, h *home, row RowID, id string) {
	switch row {
	case RowLoanPush:
		t.start(ctx, h, "failed.push", func(ctx context.Context) error { return h.Session.PushLoan(ctx, id) })
	case RowLoanStop:
		t.start(ctx, h, "failed.stop_lending", func(ctx context.Context) error { return h.Session.StopLoan(ctx, id) })
	}
}

func (t *tray) signIn(ctx context.Context, h *home, method auth.SignInMethod) {
	t.start(ctx, h, "failed.sign_in", func(ctx context.Context) error { return h.Session.SignIn(ctx, method) })
}

func (t *tray) answer(ctx context.Context, h *home, yes bool) {
	t.start(ctx, h, "failed.answer", func(ctx context.Context) error { return h.Session.AnswerSignIn(ctx, yes) })
}

func (t *tray) change(ctx context.Context, h *home, c auth.PreferenceChange) {
	t.start(ctx, h, "failed.change", func(ctx context.Context) error { return h.Session.SetPreferences(ctx, c) })
}

func (t *tray) copyText(ctx context.Context, h *home, text string) {
	t.startNoting(ctx, h, "failed.copy", func(ctx context.Context) (string, error) {
		return t.opts.Words.Say("tray.copied"), t.opts.Copy(ctx, text)
	})
}

// start runs do in the background. If it fails the menu shows the message
// failed until the next click or change of status.
func (t *tray) start(ctx context.Context, h *home, failed string, do func(context.Context) error) {
	t.startNoting(ctx, h, failed, func(ctx context.Context) (string, error) { return "", do(ctx) })
}

// startNoting is start for actions that also have a note on success.
func (t *tray) startNoting(ctx context.Context, h *home, failed string, do func(context.Context) (string, error)) {
	mine := t.begin(h)
	t.work.Go(func() {
		text, err := do(ctx)
		switch {
		case ctx.Err() != nil, errors.Is(err, context.Canceled):
			return
		case err != nil:
			text = t.opts.Words.Failed(failed, err)
			t.opts.Log.Info("An action failed", "message", failed, "error", err)
		case text == "":
			return
		}
		t.mu.Lock()
		if failed != "failed.refresh" || !h.state.NeedsSignIn() { // otherwise the State says why
			h.note.say(mine, text)
		}
		t.mu.Unlock()
		t.lookAgain()
	})
}

// begin counts a click on a home's row, and returns its number.
func (t *tray) begin(h *home) int {
	defer t.lookAgain()
	t.mu.Lock()
	defer t.mu.Unlock()
	return h.note.begin()
}

// note is a home's one line about the result of a click. Its holder guards it.
type note struct {
	text   string
	clicks int       // how many there were
	before time.Time // State.LastRefresh when the sign-in under way began
}

// begin counts a click and clears the note about the last one. It returns the
// click's number, for say.
func (n *note) begin() int {
	n.clicks++
	n.text = ""
	return n.clicks
}

// say notes the result of a click, unless there was another since.
func (n *note) say(click int, text string) {
	if click == n.clicks {
		n.text = text
	}
}

// follow updates the note when the State changes from was to now. A note about
// a status goes away with it. A successful sign-in, wherever it was started,
// leaves a hint.
func (n *note) follow(w words.Words, was, now auth.State) {
	if now.Status != was.Status {
		n.text = ""
	}
	switch {
	case now.SigningIn && !was.SigningIn:
		n.before = was.LastRefresh
	case was.SigningIn && !now.SigningIn && now.Status == auth.StatusHealthy && !now.LastRefresh.Equal(n.before):
		n.text = w.Say("tray.signed_in")
	}
}
