package tray_test

import (
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/ui/tray"
	"rekey/ui/uitest"
	"rekey/ui/words"
)

var now = time.Date(2026, 11, 23, 11, 5, 0, 0, time.FixedZone("EET", 2*60*60))

// able is a program that can do everything.
var able = tray.Abilities{OpenWindow: true, OpenFolder: true}

// lines are the menu's rows as a person reads them: what can be clicked in
// brackets, a tick before what is checked.
func lines(m tray.MenuModel) []string {
	var out []string
	for _, row := range m.Rows {
		text := row.Label
		if row.Enabled {
			text = "[" + text + "]"
		}
		if row.Checked {
			text = "✓ " + text
		}
		if row.Label != "" {
			out = append(out, text)
		}
	}
	return out
}

func TestMenu(t *testing.T) {
	t.Parallel()
	const (
		ada  = "ada@example.com · Pro"
		open = "[Open Rekey…]"
		keep = "✓ [Keep my sign-in fresh]"
		quit = "[Quit]"
	)
	tests := []struct {
		name   string
		status auth.Status
		change func(*auth.State)
		main   words.Action
		want   []string
	}{
		{"signed out", auth.StatusSignedOut, nil, words.ActionSignIn,
			[]string{"Not signed in", "[Sign in…]", open, keep, quit}},
		{"signing in", auth.StatusSignedOut, func(s *auth.State) { s.SigningIn = true }, words.ActionCancelSignIn,
			[]string{"Signing in…", "[Cancel sign-in]", open, keep, quit}},
		{"api key", auth.StatusAPIKey, nil, words.ActionSignIn,
			[]string{"Using an API key", "[Sign in with ChatGPT…]", open, keep, quit}},
		{"external", auth.StatusExternal, nil, words.ActionNone,
			[]string{ada, "Managed by a host program", "Works until 14:05 (in 3 h)", open, keep, quit}},
		{"healthy", auth.StatusHealthy, nil, words.ActionNone,
			[]string{ada, "Renews at 13:35", "Works until 14:05 (in 3 h)", "[Refresh now]", open, keep, quit}},
		{"healthy, keeper off", auth.StatusHealthy, func(s *auth.State) { s.KeepFresh = false }, words.ActionNone,
			[]string{ada, "Not kept fresh by Rekey", "Works until 14:05 (in 3 h)", "[Refresh now]", open, "[Keep my sign-in fresh]", quit}},
		{"healthy, tokens not saved", auth.StatusHealthy, func(s *auth.State) { s.CommitPending = true }, words.ActionNone,
			[]string{ada, "Renews at 13:35", "Works until 14:05 (in 3 h)", "New tokens wait to be saved", "[Refresh now]", open, keep, quit}},
		{"healthy, no account id", auth.StatusHealthy, func(s *auth.State) { s.Renewable = auth.RenewableNo }, words.ActionNone,
			[]string{ada, "Cannot be renewed", "Works until 14:05 (in 3 h)", open, keep, quit}},
		{"renewing", auth.StatusRenewing, nil, words.ActionNone,
			[]string{ada, "Renewing…", "Works until 14:05 (in 3 h)", "Refresh now", open, keep, quit}},
		{"waiting", auth.StatusWaiting, nil, words.ActionRefresh,
			[]string{ada, "Offline: will renew when back", "Ended at 10:05", "[Try now]", open, keep, quit}},
		{"sign-in required, no account id", auth.StatusSignInRequired, func(s *auth.State) { s.Refused, s.Renewable = "", auth.RenewableNo }, words.ActionSignIn,
			[]string{ada, "Sign in again: this sign-in cannot be renewed", "Ended at 11:04", "[Sign in again…]", open, keep, quit}},
		{"expiring", auth.StatusExpiring, nil, words.ActionSignIn,
			[]string{ada, "Works until 14:05, then sign in again", "Cannot be renewed: the refresh token was already used", "[Sign in again…]", open, keep, quit}},
		{"sign-in required", auth.StatusSignInRequired, nil, words.ActionSignIn,
			[]string{ada, "Sign in again: the refresh token was already used", "Ended at 11:04", "[Sign in again…]", open, keep, quit}},
		{"sign-in required, signing in", auth.StatusSignInRequired, func(s *auth.State) { s.SigningIn = true }, words.ActionCancelSignIn,
			[]string{ada, "Signing in…", "Ended at 11:04", "[Cancel sign-in]", open, keep, quit}},
		{"unreadable", auth.StatusUnreadable, nil, words.ActionOpenFolder,
			[]string{ada, "Cannot read auth.json: it is not valid JSON", "[Open folder]", open, keep, quit}},
		{"locked", auth.StatusUnreadable, func(s *auth.State) { s.Locked = true }, words.ActionNone,
			[]string{ada, "The keyring is locked", open, keep, quit}},
	}
	seen := map[auth.Status]bool{}
	for _, tt := range tests {
		seen[tt.status] = true
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := uitest.State(tt.status, now)
			if tt.change != nil {
				tt.change(&s)
			}
			m := tray.Menu(words.English(), s, now, able)
			if got, want := strings.Join(lines(m), "\n"), strings.Join(tt.want, "\n"); got != want {
				t.Errorf("the menu is\n%s\nwant\n%s", got, want)
			}
			if m.Main != tt.main || m.Icon != tt.status {
				t.Errorf("main action %v, icon %q, want %v, %q", m.Main, m.Icon, tt.main, tt.status)
			}
		})
	}
	for _, s := range auth.Statuses() {
		if !seen[s] {
			t.Errorf("no case for status %q", s)
		}
	}
}

// TestMenuLeavesOut: no row stands for something the program cannot do.
func TestMenuLeavesOut(t *testing.T) {
	t.Parallel()
	for _, status := range auth.Statuses() {
		m := tray.Menu(words.English(), uitest.State(status, now), now, tray.Abilities{})
		if m.Rows[tray.RowOpen].Label != "" || m.Main == words.ActionOpenFolder {
			t.Errorf("%q offers what cannot be done: %q", status, lines(m))
		}
		if (m.Main == words.ActionNone) != (m.Rows[tray.RowAction].Label == "") {
			t.Errorf("%q: main action %v with the label %q", status, m.Main, m.Rows[tray.RowAction].Label)
		}
		for id, row := range m.Rows {
			if row.Label == "" && row != (tray.Row{}) {
				t.Errorf("%q: row %d has no label and yet %+v", status, id, row)
			}
		}
	}
}

func TestMenuIsBounded(t *testing.T) {
	t.Parallel()
	s := uitest.State(auth.StatusHealthy, now)
	s.Email = strings.Repeat("long", 100) + "@example.com"
	m := tray.Menu(words.English(), s, now, able).WithNote("two\nlines " + strings.Repeat("and more ", 50))
	for _, line := range lines(m) {
		if n := len([]rune(line)); n > 80 || strings.Contains(line, "\n") {
			t.Errorf("a row of %d characters: %q", n, line)
		}
	}
}
