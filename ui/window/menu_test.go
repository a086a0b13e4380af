package window

import (
	"slices"
	"strings"
	"testing"

	"rekey/ui/tray"
	"rekey/ui/words"
)

// TestMenuIsInTheWindow: whatever the menu lets its user do, in every scene, the
// window does too. On a desktop without status icons there is no menu.
func TestMenuIsInTheWindow(t *testing.T) {
	newApp(t)
	w := words.English()
	can := tray.Abilities{OpenWindow: true, OpenFolder: true, Copy: true, Diagnostics: true, AddAccount: true}
	met := make(map[tray.RowID]bool)
	for _, s := range scenes() {
		if s.gone {
			continue // the menu is, too
		}
		pages := pagesOf(t, s, w)
		menu := tray.Menu(w, []tray.View{{State: s.state, Usage: s.usage, Loans: s.loans}}, moment, can)
		for id := range tray.RowID(len(menu.Rows)) {
			row := menu.Homes[0].Rows[id]
			if menu.Rows[id].Label != "" {
				row = menu.Rows[id]
			}
			if !row.Enabled {
				continue
			}
			want := counterpart(w, id, row.Label)
			if want == "" || s.state.SigningIn && id >= tray.RowDiagnostics {
				continue // a sign-in that runs hides the window's tabs until it ends or is cancelled
			}
			if id == tray.RowAction && s.state.SignIn.Other != "" {
				want = menu.Homes[0].Rows[tray.RowKeep].Label // to keep the old account is to cancel
			}
			met[id] = true
			if !slices.Contains(pages, want) {
				t.Errorf("%s: the menu has %q, and the window no %q but\n%s", s.name, row.Label, want, strings.Join(pages, "\n"))
			}
		}
	}
	for _, id := range []tray.RowID{tray.RowAction, tray.RowReplace, tray.RowKeep, tray.RowCode, tray.RowLink, tray.RowDevice,
		tray.RowCodex, tray.RowRefresh, tray.RowLoanPush, tray.RowLoanStop, tray.RowDiagnostics,
		tray.RowAddAccount, tray.RowKeepFresh, tray.RowStartAtLogin, tray.RowSignOutNow, tray.RowQuit} {
		if !met[id] {
			t.Errorf("no scene has the menu's row %d", id)
		}
	}
}

// counterpart is what in the window does what a row does, "" for rows that only
// inform, open the window or have a submenu.
func counterpart(w words.Words, id tray.RowID, label string) string {
	other := map[tray.RowID]string{
		tray.RowSignInWith: "", tray.RowSignOut: "", tray.RowLoans: "", tray.RowLoansMore: "", tray.RowOpen: "",
		tray.RowReplace: w.Say("window.replace"), tray.RowCode: w.Say("window.copy_code"), tray.RowLink: w.Say("window.copy_link"),
		tray.RowSignOutNow: w.Say("window.sign_out"), tray.RowQuit: w.Say("window.quit"),
	}
	want, known := other[id]
	switch {
	case known:
		return want
	case id <= tray.RowNote:
		return ""
	case id < tray.RowLoan || id >= tray.RowLoansMore:
		return label
	}
	switch borrowerRows := tray.RowLoanStop - tray.RowLoan + 1; {
	case (id-tray.RowLoan)%borrowerRows == 0:
		return ""
	case label == w.Say("tray.loan_stop"):
		return w.Say("window.loan_stop") // it asks first
	}
	return label
}

// pagesOf are the labels of all that a scene's window offers, on every page, and the
// other ways to sign in.
func pagesOf(t *testing.T, s scene, w words.Words) (offered []string) {
	t.Helper()
	_, c := set(t, s, w, usual)
	for page := range 3 {
		c.tabs.choose(page)
		for _, drawn := range look(c.scroll) {
			switch o := drawn.object.(type) {
			case *button:
				offered = append(offered, o.Text)
			case *link:
				offered = append(offered, o.Text)
			case *check:
				offered = append(offered, o.Text)
			}
		}
	}
	if action, _ := w.MainAction(s.state); action == words.ActionSignIn {
		for _, way := range words.OtherWays(s.state) {
			offered = append(offered, w.Way(way))
		}
	}
	return offered
}
