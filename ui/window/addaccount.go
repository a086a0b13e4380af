package window

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"rekey/ui/words"
)

// entry is a line to write in. Escape is its page's.
type entry struct {
	widget.Entry
	page page
}

func newEntry(p page) *entry {
	e := &entry{page: p}
	e.ExtendBaseWidget(e)
	return e
}

// TypedKey implements fyne.Focusable.
func (e *entry) TypedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeyEscape {
		e.page.key(k.Name)
		return
	}
	e.Entry.TypedKey(k)
}

// AskAccount asks for the name of another account to add, and adds it. It must be
// called on Fyne's goroutine.
func (w *Window) AskAccount(ctx context.Context) {
	if w.addAccount == nil || w.dialog != nil || w.ended {
		return
	}
	keys := dialogKeys{w}
	name := newEntry(keys)
	name.SetPlaceHolder(w.words.Say("window.add_account_name"))
	like := newCheck(keys, w.words.Say("window.add_account_like"), nil)
	add := func() {
		if text := strings.TrimSpace(name.Text); text != "" {
			from := ""
			if like.Checked {
				from = w.home().dir
			}
			w.dialog()
			w.adding(ctx, text, from)
		}
	}
	name.OnSubmitted = func(string) { add() }
	ok := newButton(keys, w.words.Say("window.add_account_yes"), add)
	ok.Importance = widget.HighImportance
	no := newButton(keys, w.words.Say("window.no"), func() { w.dialog() })
	w.showDialog(w.words.Say("window.add_account_title"), w.words.Say("window.add_account_text"), name,
		name, like, side(layout.NewSpacer(), no, ok))
}

// adding adds an account, and shows how far that is. The dialog's end is the end
// of it.
func (w *Window) adding(ctx context.Context, name, like string) {
	ctx, cancel := context.WithCancel(ctx)
	body := newLabel()
	body.SetText(w.words.Say("window.adding_account", "Name", words.Line(name)))
	end := newButton(dialogKeys{w}, w.words.Say("window.no"), func() { w.dialog() })
	w.showDialog(w.words.Say("window.add_account_title"), "", end, body, side(layout.NewSpacer(), end))
	closed := false // on Fyne's goroutine, as all but the adding
	hide := w.dialog
	w.dialog = func() {
		closed = true
		cancel()
		hide()
	}
	say := func(text, button string) {
		w.do(func() {
			if !closed {
				body.SetText(text)
				end.SetText(w.words.Say(button))
				w.fitDialog()
			}
		})
	}
	w.work.Go(func() {
		defer cancel()
		err := w.addAccount(ctx, name, like, func(line string) { say(words.Line(line), "window.no") })
		if ctx.Err() != nil {
			return // its user has given up
		}
		text := w.words.Say("window.account_added", "Name", words.Line(name), "Command", "rekey run "+words.Line(name)+" -- codex")
		if err != nil {
			w.log.Warn("the account was not added", "error", err)
			text = words.Line(w.words.Say("failed.add_account", "Why", w.words.Error(err)))
		}
		say(text, "window.close")
	})
}
