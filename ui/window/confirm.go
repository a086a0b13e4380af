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

// confirm asks a question and calls do after a yes. pairs fill in the
// title.
func (w *Window) confirm(title, text, yes string, do func(), pairs ...string) {
	no := newButton(dialogKeys{w}, w.words.Say("window.no"), func() { w.dialog() })
	ok := newButton(dialogKeys{w}, w.words.Say(yes), func() {
		w.dialog()
		do()
	})
	ok.Importance = widget.DangerImportance
	w.showDialog(w.words.Say(title, pairs...), w.words.Say(text), no, side(layout.NewSpacer(), no, ok))
}

// showDialog shows a title, a text, "" for none, and what else there is below each
// other, with the focus on one of them. w.dialog closes it.
func (w *Window) showDialog(title, text string, focus fyne.Focusable, parts ...fyne.CanvasObject) {
	head, body := newLabel(), newLabel()
	head.TextStyle.Bold = true
	head.SetText(title)
	fill(body, text)
	content := container.New(padded(theme.InnerPadding()),
		container.New(column{theme.Padding()}, append([]fyne.CanvasObject{head, body}, parts...)...))
	canvas := w.Canvas()
	before := canvas.Focused()
	popUp := widget.NewModalPopUp(content, canvas)
	w.dialog = func() {
		w.dialog, w.fitDialog = nil, nil
		popUp.Hide()
		canvas.Focus(before)
	}
	w.fitDialog = func() {
		width := min(confirmWidth, canvas.Size().Width-4*theme.InnerPadding())
		popUp.Resize(fyne.NewSize(width, 0)) // its text breaks to this width …
		popUp.Resize(fyne.NewSize(width, popUp.MinSize().Height))
	}
	w.fitDialog()
	popUp.Show()
	canvas.Focus(focus)
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
