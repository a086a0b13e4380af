package tray

import (
	"time"

	"rekey/auth"
	"rekey/ui/words"
)

// RowID names a row of the menu. Their order is the menu's.
type RowID int

// The rows.
const (
	RowAccount RowID = iota
	RowState
	RowDetail
	RowExpiry
	RowObstacle
	RowNote
	RowAction // below a line
	RowRefresh
	RowOpen
	RowKeepFresh
	RowQuit // below a line
	rows
)

// rowLimit is the number of characters after which a row is cut.
const rowLimit = 72

// Row is one row of the menu. A row without a label is not shown, one that is
// not Enabled only informs.
type Row struct {
	Label   string
	Enabled bool
	Checked bool
}

// MenuModel is all that the tray shows. Models are values: compare them with ==.
type MenuModel struct {
	// Icon selects the picture.
	Icon auth.Status
	// Tooltip is the first line.
	Tooltip string
	// Main is what a click on RowAction means.
	Main words.Action
	// Rows are indexed by RowID.
	Rows [rows]Row
}

// Abilities are what the program around the tray can do. Rows for what it
// cannot are left out.
type Abilities struct {
	OpenWindow bool
	OpenFolder bool
}

// Menu is what the tray shows for s at the time now, in now's zone and in the
// language of w.
func Menu(w words.Words, s auth.State, now time.Time, can Abilities) MenuModel {
	m := MenuModel{Icon: s.Status, Tooltip: w.Headline(s, now)}
	m.inform(w, s, now)
	main, label := w.MainAction(s)
	if main != words.ActionOpenFolder || can.OpenFolder {
		m.Main = main
		m.offer(RowAction, label, main != words.ActionNone)
	}
	if words.Refreshable(s) {
		m.Rows[RowRefresh] = Row{Label: w.Say("action.refresh"), Enabled: s.Status == auth.StatusHealthy}
	}
	m.offer(RowOpen, w.Say("tray.open"), can.OpenWindow)
	m.Rows[RowKeepFresh] = Row{Label: w.Say("tray.keep_fresh"), Enabled: true, Checked: s.KeepFresh}
	m.offer(RowQuit, w.Say("tray.quit"), true)
	return m
}

// WithNote is m with a line about a click that did not work, "" for none.
func (m MenuModel) WithNote(text string) MenuModel {
	m.Rows[RowNote].Label = words.Clip(words.Line(text), rowLimit)
	return m
}

// inform fills in the rows that only say something, each thing once.
func (m *MenuModel) inform(w words.Words, s auth.State, now time.Time) {
	m.Rows[RowAccount].Label = w.Account(s)
	m.Rows[RowState].Label = m.Tooltip
	m.Rows[RowDetail].Label = w.Renewal(s, now)
	m.Rows[RowExpiry].Label = w.Expiry(s, now)
	m.Rows[RowObstacle].Label = w.Obstacle(s)
	if m.Rows[RowState] == m.Rows[RowAccount] {
		m.Rows[RowState].Label = ""
	}
	switch s.Status {
	case auth.StatusRenewing, auth.StatusWaiting, auth.StatusSignInRequired:
		m.Rows[RowDetail].Label = "" // the first line has said it
	case auth.StatusExpiring:
		m.Rows[RowExpiry].Label = ""
	}
	for id := range RowAction {
		m.Rows[id].Label = words.Clip(m.Rows[id].Label, rowLimit)
	}
}

func (m *MenuModel) offer(id RowID, label string, offered bool) {
	if offered {
		m.Rows[id] = Row{Label: label, Enabled: true}
	}
}
