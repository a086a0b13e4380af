package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"rekey/auth"
	"rekey/ui/words"
)

// preferences are the widgets for what the user has chosen, and for what is
// done seldom.
type preferences struct {
	words                                  words.Words
	keepFresh, notifications, startAtLogin *check
	method                                 *choice
	warning                                *widget.Label // about the chosen method
	note                                   *widget.Label // about the last change
	homeName, storeName                    *widget.RichText
	home, store                            *widget.Label
	signOut                                *button
	root                                   fyne.CanvasObject
}

func newPreferences(w words.Words, p page, change func(auth.PreferenceChange), onSignOut func()) *preferences {
	f := &preferences{words: w, warning: newLabel(), note: newLabel(), home: newLabel(), store: newLabel()}
	f.keepFresh = newCheck(p, w.Say("window.keep_fresh"), func(on bool) { change(auth.KeepFresh(on)) })
	f.notifications = newCheck(p, w.Say("window.notifications"), func(on bool) { change(auth.PreferenceChange{Notifications: &on}) })
	f.startAtLogin = newCheck(p, w.Say("window.start_at_login"), func(on bool) { change(auth.PreferenceChange{StartAtLogin: &on}) })
	f.method = newChoice(p, func(string) {
		method := auth.SignInMethods()[max(0, f.method.SelectedIndex())]
		f.warn(method)
		change(auth.PreferenceChange{SignInMethod: &method})
	})
	for _, m := range auth.SignInMethods() {
		f.method.Options = append(f.method.Options, w.Method(m))
	}
	f.homeName, f.storeName = newName(w.Say("window.home"), false), newName(w.Say("window.store"), false)
	f.signOut = newButton(p, w.Say("window.sign_out"), onSignOut)
	f.note.Importance, f.warning.Importance = widget.WarningImportance, widget.WarningImportance
	f.home.Wrapping, f.store.Wrapping = fyne.TextWrapBreak, fyne.TextWrapBreak

	hint := func(id string) fyne.CanvasObject {
		l := newLabel()
		l.SetText(w.Say(id))
		l.Importance = widget.LowImportance
		indent := theme.IconInlineSize() + theme.InnerPadding()
		return container.New(insetLeft(indent), l)
	}
	switches := container.New(column{-theme.InnerPadding()},
		f.keepFresh, hint("window.keep_fresh_why"),
		f.notifications, hint("window.notifications_why"),
		f.startAtLogin)
	f.root = container.New(column{theme.Padding()},
		switches, f.note,
		container.New(table{}, newName(w.Say("window.method"), false), f.method),
		f.warning,
		container.New(table{-theme.InnerPadding()},
			f.homeName, f.home, f.storeName, f.store),
		container.New(insetLeft(theme.InnerPadding()), container.NewHBox(f.signOut)))
	return f
}

// show fills in what s says was chosen, and a note about what did not work.
func (f *preferences) show(s auth.State, home string, v View, note string) {
	tick(f.keepFresh, s.KeepFresh)
	tick(f.notifications, s.Notifications)
	tick(f.startAtLogin, s.StartAtLogin)
	if name := f.words.Method(s.SignInMethod); f.method.Selected != name {
		f.method.Selected = name // SetSelected would call back
		f.method.Refresh()
	}
	f.warn(s.SignInMethod)
	f.about(home, v, s, note)
}

// about fills in what is no choice.
func (f *preferences) about(home string, v View, s auth.State, note string) {
	fill(f.note, note)
	fill(f.home, words.Line(home))
	fill(f.store, words.Line(s.Store))
	setVisible(f.homeName, home != "")
	setVisible(f.storeName, s.Store != "")
	setVisible(f.signOut, v.CanSignOut)
}

// warn says what the user may not expect of a method.
func (f *preferences) warn(m auth.SignInMethod) {
	text := ""
	if m == auth.SignInCodex {
		text = f.words.Say("window.method_codex_why")
	}
	fill(f.warning, text)
}

// tick sets a check box without calling back.
func tick(c *check, on bool) {
	if c.Checked != on {
		c.Checked = on
		c.Refresh()
	}
}
