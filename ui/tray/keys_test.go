package tray_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/lend"
	"rekey/test/kit"
	"rekey/ui/tray"
	"rekey/ui/tray/item"
	"rekey/ui/words"
)

// TestAccessKeys compares the access keys of all rows that there can be, in every
// language, with what was read and found good: testdata/keys.txt. In no menu do two rows
// have the same, and a row that says the same has the same in every situation.
func TestAccessKeys(t *testing.T) {
	var all strings.Builder
	for _, language := range lang.Languages() {
		w := words.New(lang.For(language))
		var order []string
		seen := map[string]rune{}
		for _, x := range situations() {
			m := tray.Menu(w, []tray.View{{Name: "~/.codex", State: x.state(), Loans: borrowers()}}, now, able)
			for label, key := range distinctKeys(t, merged(m)) {
				if before, ok := seen[label]; ok && before != key {
					t.Errorf("%s, %s: the key of %q is %q, and was %q", language, x.name, label, key, before)
				}
				seen[label] = key
			}
			for _, row := range merged(m) {
				if row.Key != 0 && !slices.Contains(order, row.Label) {
					order = append(order, row.Label)
				}
			}
		}
		fmt.Fprintf(&all, "== %s\n", language)
		for _, label := range order {
			fmt.Fprintf(&all, "%c  %s\n", seen[label], label)
		}
		all.WriteString("\n")
	}
	compare(t, "testdata/keys.txt", all.String())
}

func borrowers() []lend.Loan {
	box := lend.Loan{ID: "1", Target: lend.Target{Name: "ssh:box"}, Since: now.Add(-time.Hour), WorksUntil: now.Add(time.Hour)}
	gone := lend.Loan{ID: "2", Target: lend.Target{Name: "ssh:gone"}, Since: now.Add(-time.Hour), WorksUntil: now.Add(time.Hour), Ended: lend.OwnSignIn}
	return []lend.Loan{box, gone}
}

// distinctKeys are the access keys of a menu's rows by their labels.
func distinctKeys(t *testing.T, rows tray.Rows) map[string]rune {
	t.Helper()
	keys := map[string]rune{}
	menus := map[string]string{} // by the menu and the key, the label that has it
	for id, row := range rows {
		if row.Label != "" {
			keys[row.Label] = row.Key
		}
		if row.Key == 0 {
			continue
		}
		if !slices.Contains(item.Keys(row.Label), row.Key) {
			t.Errorf("%q has the key %q", row.Label, row.Key)
		}
		at := fmt.Sprint(menuOf(tray.RowID(id)), row.Key)
		if other, taken := menus[at]; taken {
			t.Errorf("%q and %q have the same key %q", row.Label, other, row.Key)
		}
		menus[at] = row.Label
	}
	return keys
}

// menuOf is the row whose submenu a row is in, 0 for the menu itself.
func menuOf(id tray.RowID) tray.RowID {
	switch {
	case id >= tray.RowBrowser && id <= tray.RowCodex:
		return tray.RowSignInWith
	case id == tray.RowSignOutNow:
		return tray.RowSignOut
	case id > tray.RowLoans && id < tray.RowLoansMore:
		return id - (id-tray.RowLoan)%3
	}
	return 0
}

// TestOddLabelsHaveNoKeys: neither what only informs nor a name with an underscore has
// one.
func TestOddLabelsHaveNoKeys(t *testing.T) {
	s := kit.State(auth.StatusHealthy, now)
	s.Email = "a_b@example.com"
	m := menu(words.English(), s, able)
	for id, row := range m.Homes[0].Rows {
		informs := tray.RowID(id) < tray.RowReplace
		if (informs || strings.Contains(row.Label, "_")) && row.Key != 0 {
			t.Errorf("%q has the key %q", row.Label, row.Key)
		}
	}
	if got := m.Homes[0].Rows[tray.RowSignOutNow].Label; !strings.Contains(got, s.Email) {
		t.Errorf("the row to sign out says %q", got)
	}
}
