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
	"rekey/lend"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
	"rekey/ui/tray"
	"rekey/ui/words"
	"rekey/usage"
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

// TestLoansInMenus compares the submenu of the borrowers, in every language, with
// what was read and found good: testdata/loans.txt. Without loans there is none.
func TestLoansInMenus(t *testing.T) {
	failing := func(l lend.Loan, code lend.Code) lend.Loan {
		l.Fault, l.Failures, l.Tried, l.FailingSince = &lend.Fault{Code: code}, 3, now.Add(-time.Minute), now.Add(-20*time.Hour)
		return l
	}
	loan := func(name, home string, left time.Duration) lend.Loan {
		return lend.Loan{ID: name, Target: lend.Target{Name: name, CodexHome: home}, Since: now.Add(-time.Hour), WorksUntil: now.Add(left)}
	}
	box := loan("ssh:devbox", "", 5*time.Hour)
	stopping, gone := box, box
	stopping.Ending, gone.Ended = lend.Stopped, lend.OwnSignIn
	many := []lend.Loan{failing(box, lend.Unreachable)}
	for i := range 9 {
		many = append(many, loan(fmt.Sprintf("docker:web%d", i), "", time.Hour))
	}
	var all strings.Builder
	for _, x := range []struct {
		name  string
		loans []lend.Loan
	}{
		{"one, and another home there", []lend.Loan{box, loan("docker:web", "/srv/codex", time.Hour), loan("home:/home/ada/.codex-work", "/home/ada/.codex-work", 2*time.Hour)}},
		{"cannot be reached", []lend.Loan{failing(box, lend.Unreachable), failing(loan("ssh:old", "", -time.Hour), lend.HostKeyChanged)}},
		{"being taken back, and ended", []lend.Loan{stopping, gone}},
		{"many", many},
		{"none", nil},
	} {
		for _, w := range languages {
			m := tray.Menu(w, []tray.View{{State: kit.State(auth.StatusHealthy, now), Loans: x.loans}}, now, able)
			rows := tray.Rows{{Label: "#"}}
			copy(rows[tray.RowLoans:], m.Homes[0].Rows[tray.RowLoans:tray.RowLoansMore+1])
			fmt.Fprintf(&all, "== %s (%s)\n%s\n\n", x.name, w.Language(), strings.Join(lines(rows), "\n"))
		}
	}
	compare(t, "testdata/loans.txt", all.String())
}

// situation is a State that has a menu of its own.
type situation struct {
	name   string
	status auth.Status
	change func(*auth.State)
	main   words.Action
}

func situations() []situation {
	signingIn := func(p auth.SignInProgress) func(*auth.State) {
		return func(s *auth.State) { s.SigningIn, s.SignIn = true, p }
	}
	const page, codePage = "https://auth.example.com/oauth/authorize?state=fake", "https://auth.example.com/codex/device"
	return []situation{
		{"signed out", auth.StatusSignedOut, nil, words.ActionSignIn},
		{"signed out, device code preferred", auth.StatusSignedOut, func(s *auth.State) { s.SignInMethod = auth.SignInDevice }, words.ActionSignIn},
		{"signing in", auth.StatusSignedOut, signingIn(auth.SignInProgress{Method: auth.SignInBrowser}), words.ActionCancelSignIn},
		{"signing in, browser", auth.StatusSignInRequired, signingIn(auth.SignInProgress{Method: auth.SignInBrowser, Page: page}), words.ActionCancelSignIn},
		{"signing in, device code", auth.StatusSignedOut, signingIn(auth.SignInProgress{Method: auth.SignInDevice, Page: codePage, UserCode: "ABCD-1234"}), words.ActionCancelSignIn},
		{"signing in, another account", auth.StatusExpiring, signingIn(auth.SignInProgress{Method: auth.SignInBrowser, Page: page, Other: "grace@example.com"}), words.ActionCancelSignIn},
		{"api key", auth.StatusAPIKey, nil, words.ActionSignIn},
		{"external", auth.StatusExternal, nil, words.ActionNone},
		{"healthy", auth.StatusHealthy, func(s *auth.State) { s.StartAtLogin = true }, words.ActionNone},
		{"healthy, keeper off", auth.StatusHealthy, func(s *auth.State) { s.KeepFresh = false }, words.ActionNone},
		{"healthy, tokens not saved", auth.StatusHealthy, func(s *auth.State) { s.CommitPending = true }, words.ActionNone},
		{"healthy, no account id", auth.StatusHealthy, func(s *auth.State) { s.Refreshable = auth.RefreshableNo }, words.ActionNone},
		{"refreshing", auth.StatusRefreshing, nil, words.ActionNone},
		{"waiting", auth.StatusWaiting, nil, words.ActionRefresh},
		{"expiring", auth.StatusExpiring, nil, words.ActionSignIn},
		{"sign-in required", auth.StatusSignInRequired, nil, words.ActionSignIn},
		{"sign-in required, no account id", auth.StatusSignInRequired, func(s *auth.State) { s.Refused, s.Refreshable = "", auth.RefreshableNo }, words.ActionSignIn},
		{"unreadable", auth.StatusUnreadable, nil, words.ActionOpenFolder},
		{"locked", auth.StatusUnreadable, func(s *auth.State) { s.Locked = true }, words.ActionUnlock},
	}
}

func (x situation) state() auth.State {
	s := kit.State(x.status, now)
	if x.change != nil {
		x.change(&s)
	}
	return s
}

// measured is a usage that has a menu of its own.
type measured struct {
	name  string
	usage usage.Usage
}

func measures() []measured {
	window := func(limit, name string, minutes int, percent float64, left time.Duration) usage.Window {
		return usage.Window{Limit: limit, Name: name, Minutes: minutes, UsedPercent: &percent, ResetsAt: now.Add(left)}
	}
	five, week := window("codex", "", 300, 18, 3*time.Hour), window("codex", "", 7*24*60, 64, 50*time.Hour)
	return []measured{
		{"one window", usage.Usage{Windows: []usage.Window{five}}},
		{"five windows", usage.Usage{Windows: []usage.Window{
			five, week, window("spark", "Spark", 300, 0, time.Hour), window("spark", "Spark", 7*24*60, 3, 90*time.Hour),
			window("long", "A limit with a name that nobody has thought about for long", 30*24*60, 99.6, 300*time.Hour),
		}}},
		{"over 100 percent", usage.Usage{Windows: []usage.Window{window("codex", "", 300, 134, 30*time.Minute), week}}},
		{"unknown, and past its reset", usage.Usage{Windows: []usage.Window{
			{Limit: "codex", Minutes: 300}, window("codex", "", 7*24*60, 40, -time.Hour), {Limit: "codex", Minutes: 43200, NotBegun: true},
		}}},
		{"from right to left", usage.Usage{Windows: []usage.Window{window("rtl", "مكتب القاهرة", 300, 51, time.Hour)}}},
		{"not reached", usage.Usage{FetchedAt: now.Add(-2 * time.Hour), Windows: []usage.Window{five}, Problem: usage.ProblemNotReached, RetryAt: now.Add(time.Minute)}},
		{"none", usage.Usage{FetchedAt: now, Plan: "business", SpendLimit: &usage.SpendLimit{Limit: "100", Used: "20.5"}}},
		{"off", usage.Usage{Problem: usage.ProblemOff}},
	}
}

// TestUsageInMenus compares the rows about usage, and the tooltip, in every
// language with what was read and found good: testdata/usage.txt.
func TestUsageInMenus(t *testing.T) {
	var all strings.Builder
	for _, x := range measures() {
		for _, w := range languages {
			m := tray.Menu(w, []tray.View{{State: kit.State(auth.StatusHealthy, now), Usage: x.usage}}, now, able)
			fmt.Fprintf(&all, "== %s (%s)\n# %s\n", x.name, w.Language(), m.Tooltip)
			for _, row := range m.Homes[0].Rows[tray.RowUsage:tray.RowNote] {
				if row.Label != "" {
					fmt.Fprintln(&all, row.Label)
				}
				if row.Enabled != (row.Label != "") {
					t.Errorf("%s: a click on %q does nothing", x.name, row.Label)
				}
			}
			all.WriteString("\n")
		}
	}
	compare(t, "testdata/usage.txt", all.String())
}

// TestUsageProblemsFit: no problem is cut off, in any language.
func TestUsageProblemsFit(t *testing.T) {
	t.Parallel()
	for _, language := range lang.Languages() {
		w := words.New(lang.For(language))
		for _, p := range usage.Problems() {
			u := usage.Usage{FetchedAt: now.Add(-50 * 24 * time.Hour), Problem: p}
			rows := tray.Menu(w, []tray.View{{State: kit.State(auth.StatusHealthy, now), Usage: u}}, now, able).Homes[0].Rows
			text := strings.TrimSpace(rows[tray.RowUsageProblem].Label + " " + rows[tray.RowUsageProblem2].Label)
			if want := w.UsageProblem(u, now); p.OfBackend() != strings.HasSuffix(text, want) {
				t.Errorf("%s: the menu says %q, want %q", language, text, want)
			}
		}
	}
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
