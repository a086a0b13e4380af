package tray_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
	"rekey/ui/tray"
	"rekey/ui/words"
)

var update = flag.Bool("update", false, "write the menus of TestMenus to testdata/menus.txt, to be read before they are committed")

var now = time.Date(2026, 11, 23, 11, 5, 0, 0, time.FixedZone("EET", 2*60*60))

// able is a program that can do everything.
var able = tray.Abilities{OpenWindow: true, OpenFolder: true, Copy: true, Diagnostics: true, AddAccount: true}

var languages = []words.Words{words.English(), words.New(lang.For("zh-Hans"))}

// menu is the menu of one home.
func menu(w words.Words, s auth.State, can tray.Abilities) tray.MenuModel {
	return tray.Menu(w, []tray.View{{Name: "~/.codex", State: s}}, now, can)
}

// merged are all rows of a single home's menu, in order.
func merged(m tray.MenuModel) tray.Rows {
	all := m.Homes[0].Rows
	for id, row := range m.Rows {
		if row.Label != "" {
			all[id] = row
		}
	}
	return all
}

// lines are rows as a person reads them: what can be clicked in brackets, a
// tick before what is checked.
func lines(rows tray.Rows) []string {
	var out []string
	for id, row := range rows {
		text := row.Label
		if row.Enabled {
			text = "[" + text + "]"
		}
		if row.Checked {
			text = "✓ " + text
		}
		switch tray.RowID(id) {
		case tray.RowBrowser, tray.RowDevice, tray.RowCodex, tray.RowSignOutNow:
			text = "    " + text
		}
		text = indent(tray.RowID(id)) + text
		if row.Label != "" {
			out = append(out, text)
		}
	}
	return out
}

// indent shows in which submenu of the borrowers a row stands.
func indent(id tray.RowID) string {
	switch {
	case id <= tray.RowLoans || id > tray.RowLoansMore:
		return ""
	case id == tray.RowLoansMore || (id-tray.RowLoan)%3 == 0:
		return "    "
	}
	return "        "
}

// TestMenus compares the menu of every situation, in every language, with what
// was read and found good: testdata/menus.txt.
func TestMenus(t *testing.T) {
	var all strings.Builder
	seen := map[auth.Status]bool{}
	for _, x := range situations() {
		seen[x.status] = true
		for _, w := range languages {
			m := menu(w, x.state(), able)
			fmt.Fprintf(&all, "== %s (%s)\n# %s\n%s\n\n", x.name, w.Language(), m.Tooltip, strings.Join(lines(merged(m)), "\n"))
			if m.Homes[0].Main != x.main || m.Icon != x.status || m.Homes[0].Title != "" {
				t.Errorf("%s: main action %v, icon %q, title %q, want %v, %q and none", x.name, m.Homes[0].Main, m.Icon, m.Homes[0].Title, x.main, x.status)
			}
		}
	}
	for _, s := range auth.Statuses() {
		if !seen[s] {
			t.Errorf("no situation has the status %q", s)
		}
	}
	compare(t, "testdata/menus.txt", all.String())
}

// compare compares blocks of text with those in a file, which it writes first
// when the tests are told to.
func compare(t *testing.T, file, text string) {
	t.Helper()
	if *update {
		must.Do(t, os.WriteFile(file, []byte(text), 0o644))
	}
	want := files.Read(t, file)
	got := strings.Split(text, "\n\n")
	for i, block := range strings.Split(string(want), "\n\n") {
		if i >= len(got) || got[i] != block {
			t.Fatalf("%s has\n%s\n\nbut the menu is\n%s", file, block, strings.Join(got[min(i, len(got)-1):min(i+1, len(got))], ""))
		}
	}
	if text != string(want) {
		t.Errorf("there are more menus than in %s", file)
	}
}

func TestMenuOfSeveralHomes(t *testing.T) {
	views := []tray.View{
		{Name: "~/.codex", State: kit.State(auth.StatusHealthy, now)},
		{Name: "~/work", State: kit.State(auth.StatusSignInRequired, now), Note: "a note"},
		{Name: "~/play", State: kit.State(auth.StatusSignedOut, now)},
	}
	views[0].State.StartAtLogin = true
	m := tray.Menu(words.English(), views, now, able)
	if m.Icon != auth.StatusSignInRequired || m.Tooltip != "Rekey: ~/work: Sign in again: the refresh token was already used" {
		t.Errorf("icon %q, tooltip %q", m.Icon, m.Tooltip)
	}
	var got []string
	for _, h := range m.Homes {
		got = append(got, h.Title)
		for _, line := range lines(h.Rows) {
			got = append(got, "  "+line)
		}
	}
	want := `~/.codex: ada@example.com · Pro
  [ada@example.com · Pro]
  [Refreshes at 13:35]
  [Works until 14:05 (in 3 h)]
  [Refresh now]
  [Open Rekey…]
  [Sign out]
      [Sign out ada@example.com]
~/work: Sign in again: the refresh token was already used
  [ada@example.com · Pro]
  [Sign in again: the refresh token was already used]
  [Expired at 11:04]
  [a note]
  [Sign in again…]
  [Sign in another way]
      [With a code, on any device…]
      [With “codex login”, which signs out first…]
  [Open Rekey…]
  [Sign out]
      [Sign out ada@example.com]
~/play: Not signed in
  [Not signed in]
  [Sign in…]
  [Sign in another way]
      [With a code, on any device…]
      [With “codex login”, which signs out first…]
  [Open Rekey…]
[Copy diagnostics]
[Add an account…]
✓ [Keep my sign-in fresh]
✓ [Start at login]
[Quit]`
	if got := strings.Join(append(got, lines(m.Rows)...), "\n"); got != want {
		t.Errorf("the menu is\n%s\nwant\n%s", got, want)
	}
}

// TestMenuLeavesOut: no row stands for something the program cannot do.
func TestMenuLeavesOut(t *testing.T) {
	for _, x := range situations() {
		m := menu(words.English(), x.state(), tray.Abilities{})
		home := m.Homes[0]
		for _, id := range []tray.RowID{tray.RowOpen, tray.RowLink} {
			if home.Rows[id].Label != "" || home.Rows[tray.RowCode].Enabled || m.Rows[tray.RowDiagnostics].Label != "" || home.Main == words.ActionOpenFolder {
				t.Errorf("%s: the menu offers what cannot be done: %q", x.name, lines(merged(m)))
			}
		}
		if (home.Main == words.ActionNone) != (home.Rows[tray.RowAction].Label == "") {
			t.Errorf("%s: main action %v with the label %q", x.name, home.Main, home.Rows[tray.RowAction].Label)
		}
		for id, row := range merged(m) {
			if row.Label == "" && row != (tray.Row{}) {
				t.Errorf("%s: row %d has no label and yet %+v", x.name, id, row)
			}
		}
	}
}

func TestMenuIsBounded(t *testing.T) {
	long := strings.Repeat("long", 100) + "@example.com"
	s := kit.State(auth.StatusHealthy, now)
	s.Email = long
	asking := s
	asking.SigningIn, asking.SignIn = true, auth.SignInProgress{Other: "two\nlines" + long, Page: "https://x"}
	code := s
	code.SigningIn, code.SignIn = true, auth.SignInProgress{UserCode: "A\nB", Page: "https://" + long}
	note := "two\nlines " + strings.Repeat("and more ", 50)
	for _, w := range languages {
		m := tray.Menu(w, []tray.View{{Name: long, State: s, Note: note}, {State: asking}, {Name: "a\nb", State: code}}, now, able)
		all := append(lines(m.Rows), m.Tooltip)
		for _, h := range m.Homes {
			all = append(append(all, lines(h.Rows)...), h.Title)
		}
		for _, line := range all {
			if n := len([]rune(line)); n > 90 || strings.Contains(line, "\n") {
				t.Errorf("a row of %d characters: %q", n, line)
			}
		}
	}
}
