package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"rekey/auth"
	"rekey/ui/words"
)

// preferences are the widgets for the user's preferences, and for rare actions.
type preferences struct {
	words                                  words.Words
	keepFresh, notifications, startAtLogin *check
	usage, usageAlerts                     *check
	alertsWhy                              *widget.Label
	method                                 *choice
	warning                                *widget.Label // about the chosen method
	note                                   *widget.Label // about the last change
	homeName, storeName                    *widget.RichText
	home, store                            *widget.Label
	signOut, addAccount                    *button
	root                                   fyne.CanvasObject
}

func newPreferences(w words.Words, p page, do actions) *preferences {
	f := &preferences{words: w, alertsWhy: newLabel(), warning: newLabel(), note: newLabel(), home: newLabel(), store: newLabel()}
	f.keepFresh = newCheck(p, w.Say("window.keep_fresh"), func(on bool) { do.change(auth.KeepFresh(on)) })
	f.notifications = newCheck(p, w.Say("window.notifications"), func(on bool) { do.change(auth.PreferenceChange{Notifications: &on}) })
	f.startAtLogin = newCheck(p, w.Say("window.start_at_login"), func(on bool) { do.change(auth.PreferenceChange{StartAtLogin: &on}) })
	f.usage = newCheck(p, w.Say("window.show_usage"), func(on bool) { do.change(auth.PreferenceChange{Usage: &on}) })
	f.usageAlerts = newCheck(p, w.Say("window.usage_alerts"), func(on bool) {
		at := []int{} // nil would change nothing
		if on {
			at = usualAlerts()
		}
		do.change(auth.PreferenceChange{UsageAlerts: &at})
	})
	f.method = newChoice(p, func(string) {
		method := auth.SignInMethods()[max(0, f.method.SelectedIndex())]
		f.warn(method)
		do.change(auth.PreferenceChange{SignInMethod: &method})
	})
	for _, m := range auth.SignInMethods() {
		f.method.Options = append(f.method.Options, w.Method(m))
	}
	f.homeName, f.storeName = newName(w.Say("window.home"), false), newName(w.Say("window.store"), false)
	f.signOut = newButton(p, w.Say("window.sign_out"), do.signOut)
	f.addAccount = newButton(p, w.Say("window.add_account"), do.addAccount)
	f.note.Importance, f.warning.Importance = widget.WarningImportance, widget.WarningImportance
	f.home.Wrapping, f.store.Wrapping = fyne.TextWrapBreak, fyne.TextWrapBreak

	hint := func(l *widget.Label, text string) fyne.CanvasObject {
		l.SetText(text)
		l.Importance = widget.LowImportance
		indent := theme.IconInlineSize() + theme.InnerPadding()
		return container.New(insetLeft(indent), l)
	}
	switches := container.New(column{-theme.InnerPadding()},
		f.keepFresh, hint(newLabel(), w.Say("window.keep_fresh_why")),
		f.notifications, hint(newLabel(), w.Say("window.notifications_why")),
		f.usage, hint(newLabel(), w.Say("window.show_usage_why")),
		f.usageAlerts, hint(f.alertsWhy, f.whyAlerts(usualAlerts())),
		f.startAtLogin)
	f.root = container.New(column{theme.Padding()},
		switches, f.note,
		container.New(table{}, newName(w.Say("window.method"), false), f.method),
		f.warning,
		container.New(table{-theme.InnerPadding()},
			f.homeName, f.home, f.storeName, f.store),
		container.New(insetLeft(theme.InnerPadding()), side(f.signOut, f.addAccount)))
	return f
}

// usualAlerts are the percents at which alerts that are switched on here come.
// Others can be chosen in the configuration.
func usualAlerts() []int { return []int{80, 95} }

// whyAlerts says when alerts come.
func (f *preferences) whyAlerts(at []int) string {
	percents := make([]string, len(at))
	for i, p := range at {
		used := float64(p)
		percents[i] = f.words.Percent(&used)
	}
	return f.words.Say("window.usage_alerts_why", "Percents", f.words.List(percents))
}

// show fills in what the user has chosen, and a note about what did not work.
func (f *preferences) show(s shown) {
	tick(f.keepFresh, s.state.KeepFresh)
	tick(f.notifications, s.state.Notifications)
	tick(f.usage, !s.usageOff)
	tick(f.usageAlerts, len(s.alertsAt) > 0)
	if len(s.alertsAt) > 0 {
		f.alertsWhy.SetText(f.whyAlerts(s.alertsAt))
	}
	tick(f.startAtLogin, s.state.StartAtLogin)
	if name := f.words.Method(s.state.SignInMethod); f.method.Selected != name {
		f.method.Selected = name // SetSelected would call back
		f.method.Refresh()
	}
	f.warn(s.state.SignInMethod)
	f.about(s)
}

// about fills in what is not a preference.
func (f *preferences) about(s shown) {
	fill(f.note, s.preferencesNote)
	fill(f.home, words.Line(s.home))
	fill(f.store, words.Line(s.state.Store))
	setVisible(f.homeName, s.home != "")
	setVisible(f.storeName, s.state.Store != "")
	setVisible(f.signOut, s.view.CanSignOut)
	setVisible(f.addAccount, s.canAdd)
}

// warn shows what may surprise the user about a method.
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
