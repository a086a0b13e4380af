package window

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// askSignOut asks whether to sign out. Escape and the first button mean no.
func (w *Window) askSignOut(ctx context.Context) {
	w.confirm("window.sign_out_title", "window.sign_out_text", "window.sign_out_yes", func() {
		w.start(ctx, "failed.sign_out", func(ctx context.Context, s Connection) error { return s.SignOut(ctx) })
	})
}

// confirmWidth is how wide a question is, where the window has room for it.
const confirmWidth = 340

// confirm asks a question and does what it is about after a yes.
func (w *Window) confirm(title, text, yes string, do func()) {
	head, body := newLabel(), newLabel()
	head.TextStyle.Bold = true
	head.SetText(w.words.Say(title))
	body.SetText(w.words.Say(text))
	no := newButton(dialogKeys{w}, w.words.Say("window.no"), func() { w.dialog() })
	ok := newButton(dialogKeys{w}, w.words.Say(yes), func() {
		w.dialog()
		do()
	})
	ok.Importance = widget.DangerImportance
	question := container.New(padded(theme.InnerPadding()), container.New(column{theme.Padding()},
		head, body, side(layout.NewSpacer(), no, ok)))

	canvas := w.Canvas()
	before := canvas.Focused()
	popUp := widget.NewModalPopUp(question, canvas)
	w.dialog = func() {
		w.dialog = nil
		popUp.Hide()
		canvas.Focus(before)
	}
	width := min(confirmWidth, canvas.Size().Width-4*theme.InnerPadding())
	popUp.Resize(fyne.NewSize(width, 0)) // its text breaks to this width …
	popUp.Resize(fyne.NewSize(width, popUp.MinSize().Height))
	popUp.Show()
	canvas.Focus(no)
}

// dialogKeys is the page of a dialog's buttons: it does not scroll, and Escape
// closes it.
type dialogKeys struct{ w *Window }

func (dialogKeys) reveal(fyne.CanvasObject) {}

func (dialogKeys) shortcut(fyne.Shortcut) {}

func (d dialogKeys) key(name fyne.KeyName) {
	if name == fyne.KeyEscape {
		d.w.key(name)
	}
}
