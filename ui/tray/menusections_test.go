package tray_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/lend"
	"rekey/test/kit"
	"rekey/ui/tray"
	"rekey/ui/words"
	"rekey/usage"
)

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
