package tray

import (
	"time"

	"rekey/auth"
	"rekey/lend"
	"rekey/ui"
	"rekey/ui/words"
	"rekey/usage"
)

// rowLimit is the maximum length of a row, in characters: a menu is as wide as
// its widest row.
const rowLimit = 64

// noteLimit is that of the row about a click, which is rare and must have room
// for an error.
const noteLimit = 88

// View is what the menu shows of one home.
type View struct {
	// Name is what the home is called where there are several.
	Name string
	// State is the home's.
	State auth.State
	// Usage is what is known of how much of the plan is used.
	Usage usage.Usage
	// Loans are those of the sign-in, in their order.
	Loans []lend.Loan
	// Note is a line about the last click, "" for none.
	Note string
}

// HomeModel is one home's part of the menu. Models are values: compare them
// with ==.
type HomeModel struct {
	// Title is the row that opens the home's submenu, "" if there is only one
	// home and so no submenu.
	Title string
	// Main is the action of a click on RowAction.
	Main words.Action
	// Rows are those of the home; the shared ones are empty.
	Rows Rows
	// Loans are the ids of the loans that have rows, "" beyond the last.
	Loans [mostLoans]string
}

// MenuModel is everything that the tray shows.
type MenuModel struct {
	// Icon selects the picture.
	Icon auth.Status
	// Tooltip is the first line.
	Tooltip string
	// Homes are as many as there are views.
	Homes []HomeModel
	// Rows are those of the program; the ones of a home are empty.
	Rows Rows
}

// Abilities are what the program around the tray can do. Rows for missing
// abilities are omitted.
type Abilities struct {
	OpenWindow  bool
	OpenFolder  bool
	Copy        bool
	Diagnostics bool
	AddAccount  bool
}

// Menu returns what the tray shows at the time now, in now's zone and in the
// language of w. There must be at least one view.
func Menu(w words.Words, views []View, now time.Time, can Abilities) MenuModel {
	return menu(w, usualKeys(w), views, now, can)
}

// menu is Menu with the access keys of usualKeys, which a tray finds once for all
// its menus.
func menu(w words.Words, usual [rows]rune, views []View, now time.Time, can Abilities) MenuModel {
	states := make([]auth.State, len(views))
	for i, v := range views {
		states[i] = v.State
	}
	worst := views[ui.Worst(states...)]
	m := MenuModel{Icon: worst.State.Status, Tooltip: tooltip(w, worst, now)}
	for _, v := range views {
		m.Homes = append(m.Homes, homeMenu(w, v, now, can))
	}
	if len(views) > 1 {
		m.Tooltip = w.Say("tray.tooltip", "State", title(w, worst, now))
		for i, v := range views {
			m.Homes[i].Title = title(w, v, now)
		}
	}
	// The switches are the program's, and every home's State has them.
	m.Rows.offer(RowDiagnostics, w.Say("tray.diagnostics"), can.Diagnostics)
	m.Rows.offer(RowAddAccount, w.Say("tray.add_account"), can.AddAccount)
	m.Rows[RowKeepFresh] = Row{Label: w.Say("tray.keep_fresh"), Enabled: true, Checked: views[0].State.KeepFresh}
	m.Rows[RowStartAtLogin] = Row{Label: w.Say("tray.start_at_login"), Enabled: true, Checked: views[0].State.StartAtLogin}
	m.Rows.offer(RowQuit, w.Say("tray.quit"), true)
	m.giveKeys(usual)
	return m
}

// tooltip names the program, the state of the sign-in and its account, and
// below that the tightest usage window.
func tooltip(w words.Words, v View, now time.Time) string {
	state, account := w.Headline(v.State, now), w.Account(v.State)
	switch {
	case account == "":
	case state == account:
		state = w.Say("tray.signed_in_as", "Who", account)
	default:
		state += " – " + account
	}
	text := w.Say("tray.tooltip", "State", state)
	if tightest := w.Tightest(v.Usage.At(now), now); tightest != "" {
		text += "\n" + tightest
	}
	return text
}

// title is a home in one line: its name and its state.
func title(w words.Words, v View, now time.Time) string {
	line := w.Say("tray.home", "Name", words.Line(v.Name), "State", w.Headline(v.State, now))
	return words.Clip(line, rowLimit)
}
