package window

import (
	"context"
	"errors"
	"net/url"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"rekey/auth"
	"rekey/ui/words"
)

// actions are what the widgets call.
func (w *Window) actions(ctx context.Context) actions {
	return actions{
		main:        func() { w.clickMain(ctx) },
		refresh:     func() { w.clickRefresh(ctx) },
		other:       func(at fyne.CanvasObject) { w.clickOther(ctx, at) },
		signOut:     func() { w.askSignOut(ctx) },
		change:      func(c auth.PreferenceChange) { w.change(ctx, c) },
		earlier:     w.render,
		diagnostics: func() { w.copyDiagnostics(ctx) },
		log:         w.showLog,
		quit:        func() { w.quit(ctx) },
		addAccount:  func() { w.AskAccount(ctx) },
		loans: loanActions{
			push: func(id string) { w.pushLoan(ctx, id) },
			stop: func(row LoanRow) { w.stopLoan(ctx, row) },
		},
		choose: func(i int) {
			if i >= 0 && i < len(w.homes) {
				w.chosen = i
				w.render()
			}
		},
		shortcut: func(s fyne.Shortcut) {
			for key, do := range w.shortcuts(ctx) {
				if s.ShortcutName() == shortcut(key).ShortcutName() {
					do()
				}
			}
		},
		signIn: signInActions{
			open:   w.clickPage,
			copied: func(text string) { fyne.CurrentApp().Clipboard().SetContent(text) },
			answer: func(yes bool) {
				w.start(ctx, "failed.answer", func(ctx context.Context, s Connection) error { return s.AnswerSignIn(ctx, yes) })
			},
		},
	}
}

// clickMain does what the State's main action is.
func (w *Window) clickMain(ctx context.Context) {
	switch action, _ := w.words.MainAction(w.home().state); action {
	case words.ActionSignIn:
		w.signIn(ctx, auth.SignInPreferred)
	case words.ActionCancelSignIn:
		w.begin() // the sign-in's own failure is then no news
		if s := w.home().session; s != nil {
			w.work.Go(s.CancelSignIn)
		}
	case words.ActionRefresh:
		w.refresh(ctx)
	case words.ActionUnlock:
		w.start(ctx, "failed.unlock", func(ctx context.Context, s Connection) error { return s.Unlock(ctx) })
	case words.ActionOpenFolder:
		w.browse(&url.URL{Scheme: "file", Path: filepath.ToSlash(w.home().dir)}, "failed.folder")
	}
}

// clickRefresh refreshes, if possible now.
func (w *Window) clickRefresh(ctx context.Context) {
	s := w.home().state
	if action, _ := w.words.MainAction(s); action == words.ActionRefresh || words.Refreshable(s) && s.Status == auth.StatusHealthy {
		w.refresh(ctx)
	}
}

func (w *Window) refresh(ctx context.Context) {
	w.start(ctx, "failed.refresh", func(ctx context.Context, s Connection) error { return s.Refresh(ctx) })
}

func (w *Window) signIn(ctx context.Context, method auth.SignInMethod) {
	w.start(ctx, "failed.sign_in", func(ctx context.Context, s Connection) error { return s.SignIn(ctx, method) })
}

// clickOther offers the other ways to sign in.
func (w *Window) clickOther(ctx context.Context, at fyne.CanvasObject) {
	menu := fyne.NewMenu("")
	for _, m := range words.OtherWays(w.home().state) {
		menu.Items = append(menu.Items, fyne.NewMenuItem(w.words.Way(m), func() { w.signIn(ctx, m) }))
	}
	p := widget.NewPopUpMenu(menu, w.Canvas())
	p.ShowAtRelativePosition(fyne.NewPos(0, at.Size().Height), at)
	p.ActivateNext()
}

// clickPage shows the page of the running sign-in again.
func (w *Window) clickPage() {
	if page := webPage(w.home().state.SignIn.Page); page != nil {
		w.browse(page, "failed.page")
	}
}

// browse shows a page or a folder. If that fails the window shows the message
// id.
func (w *Window) browse(what *url.URL, id string) {
	h, mine := w.home(), w.begin()
	w.work.Go(func() {
		if err := w.open(what); err != nil {
			w.log.Warn("a click did not work", "what", id, "error", err)
			w.tell(h, mine, id, err)
		}
	})
}

// start runs do off Fyne's goroutine. If it fails the window shows the message
// id until the next click or change of status.
func (w *Window) start(ctx context.Context, id string, do func(context.Context, Connection) error) {
	h, mine := w.home(), w.begin()
	s := h.session
	if s == nil {
		return
	}
	w.work.Go(func() {
		err := do(ctx, s)
		if err == nil || ctx.Err() != nil || errors.Is(err, context.Canceled) {
			return
		}
		w.log.Warn("a click did not work", "what", id, "error", err)
		w.tell(h, mine, id, err)
	})
}

// tell shows why the last click did not work.
func (w *Window) tell(h *home, click int, id string, err error) {
	w.do(func() {
		if click == h.clicks && h.session != nil {
			h.note = words.Line(w.words.Failed(id, err))
			w.render()
		}
	})
}

// begin counts a click and clears the note about the last one.
func (w *Window) begin() int {
	h := w.home()
	h.clicks++
	h.note = ""
	w.render()
	return h.clicks
}

// change saves a preference. The switch keeps the user's choice meanwhile, and
// goes back to the State's value if that fails.
func (w *Window) change(ctx context.Context, c auth.PreferenceChange) {
	h := w.home()
	s := h.session
	if s == nil {
		w.render()
		return
	}
	h.changes++
	h.saving++
	h.preferencesNote = ""
	mine := h.changes
	w.render()
	w.work.Go(func() {
		err := s.SetPreferences(ctx, c)
		w.do(func() {
			h.saving--
			if err == nil || mine != h.changes {
				return // the State tells
			}
			w.log.Warn("a preference could not be saved", "error", err)
			h.preferencesNote = words.Line(w.words.Failed("failed.change", err))
			w.render()
		})
	})
}
