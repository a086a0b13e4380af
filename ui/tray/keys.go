package tray

import (
	"rekey/ui/tray/item"
	"rekey/ui/words"
)

// usual is what a row says most often.
type usual struct {
	id    RowID
	label string
}

// usuals are those of the rows whose access keys are chosen by this, and so stay the
// same whatever comes and goes. Those whose keys matter most are first.
func usuals(w words.Words) []usual {
	return []usual{
		{RowAction, w.Say("action.sign_in")},
		{RowRefresh, w.Say("action.refresh")},
		{RowDiagnostics, w.Say("tray.diagnostics")},
		{RowAddAccount, w.Say("tray.add_account")},
		{RowOpen, w.Say("tray.open")},
		{RowKeepFresh, w.Say("tray.keep_fresh")},
		{RowStartAtLogin, w.Say("tray.start_at_login")},
		{RowQuit, w.Say("tray.quit")},
		{RowSignOut, w.Say("tray.sign_out")},
		{RowSignInWith, w.Say("tray.sign_in_with")},
		{RowLoans, w.Say("tray.loans")},
		{RowBrowser, w.Say("action.browser")},
		{RowDevice, w.Say("action.device")},
		{RowCodex, w.Say("action.codex")},
	}
}

// slot is an access key in one menu: that above a row, or 0 for the main one.
type slot struct {
	above RowID
	key   rune
}

func (id RowID) slot(key rune) slot {
	above, _ := id.below()
	return slot{above, key}
}

// usualKeys are the access keys of the usual rows. No two of a menu have the same. A
// row whose letters are all taken gets one whose row has another.
func usualKeys(w words.Words) (keys [rows]rune) {
	rowsOf := map[slot]RowID{}
	letters := map[RowID][]rune{}
	take := func(id RowID, key rune) { keys[id], rowsOf[id.slot(key)] = key, id }
	var place func(id RowID, tried map[rune]bool) bool
	place = func(id RowID, tried map[rune]bool) bool {
		for _, key := range letters[id] {
			if _, taken := rowsOf[id.slot(key)]; !taken {
				take(id, key)
				return true
			}
		}
		for _, key := range letters[id] {
			if tried[key] {
				continue
			}
			tried[key] = true
			if place(rowsOf[id.slot(key)], tried) {
				take(id, key)
				return true
			}
		}
		return false
	}
	for _, u := range usuals(w) {
		letters[u.id] = item.Keys(u.label)
		place(u.id, map[rune]bool{})
	}
	return keys
}

// giveKeys gives the rows of the menu their access keys.
func (m *MenuModel) giveKeys(usual [rows]rune) {
	for h := range m.Homes {
		taken := map[slot]bool{}
		for id, key := range usual {
			taken[RowID(id).slot(key)] = true
		}
		give := func(id RowID) {
			if id.shared() {
				id.giveKey(&m.Rows[id], usual[id], taken)
			} else {
				id.giveKey(&m.Homes[h].Rows[id], usual[id], taken)
			}
		}
		give(RowAction) // before what comes and goes: it often says something else
		for id := range rows {
			give(id)
		}
	}
}

// giveKey gives a row the best access key that is its usual one or nobody's. Rows above
// the actions have none, because they only inform, even if a click on them does
// something; borrowers neither, because they have names.
func (id RowID) giveKey(r *Row, usual rune, taken map[slot]bool) {
	_, loan, ok := id.ofLoan()
	if id < RowReplace || ok && loan == RowLoan || usual == 0 && !r.Enabled || r.Key != 0 {
		return
	}
	for _, key := range item.Keys(r.Label) {
		if at := id.slot(key); key == usual || !taken[at] {
			r.Key, taken[at] = key, true
			return
		}
	}
}
