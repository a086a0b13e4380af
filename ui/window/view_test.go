package window_test

import (
	"strings"
	"testing"
	"time"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/test/kit"
	"rekey/ui/window"
	"rekey/ui/words"
)

var now = time.Date(2026, 11, 23, 11, 5, 0, 0, time.FixedZone("EET", 2*60*60))

// signs stand for the marks in the tables of this file.
var signs = map[window.Mark]string{window.MarkNone: " ", window.MarkYes: "✓", window.MarkMaybe: "?", window.MarkNo: "✗"}

func TestViewOf(t *testing.T) {
	tests := []struct {
		name             string
		status           auth.Status
		change           func(*auth.State)
		headline, detail string
		facts            []string
		main             string
	}{
		{"signed out", auth.StatusSignedOut, nil, "Not signed in", "",
			[]string{"✗ Credential: None"}, "Sign in…"},
		{"signing in", auth.StatusSignInRequired, func(s *auth.State) { s.SigningIn = true }, "Signing in…", "",
			[]string{"✓ Credential: ChatGPT sign-in", "✗ Access token: Expired at 11:04", "✗ Refresh: Refused at 10:55", "  Last refreshed: 10:05"}, "Cancel sign-in"},
		{"api key", auth.StatusAPIKey, nil, "Using an API key", "",
			[]string{"✓ Credential: API key"}, "Sign in with ChatGPT…"},
		{"external", auth.StatusExternal, nil, "Managed by a host program", "",
			[]string{"✓ Credential: ChatGPT tokens of a host program", "✓ Access token: Works until 14:05 (in 3 h)", "  Last refreshed: 10:05"}, ""},
		{"healthy", auth.StatusHealthy, nil, "Signed in", "",
			[]string{"✓ Credential: ChatGPT sign-in", "✓ Access token: Works until 14:05 (in 3 h)", "✓ Refresh: Refreshes at 13:35", "  Last refreshed: 10:05"}, ""},
		{"never refreshed", auth.StatusHealthy, func(s *auth.State) { s.Refreshable = auth.RefreshableUnknown }, "Signed in", "",
			[]string{"✓ Credential: ChatGPT sign-in", "✓ Access token: Works until 14:05 (in 3 h)", "  Refresh: Refreshes at 13:35", "  Last refreshed: 10:05"}, ""},
		{"refreshing", auth.StatusRefreshing, nil, "Refreshing…", "",
			[]string{"✓ Credential: ChatGPT sign-in", "✓ Access token: Works until 14:05 (in 3 h)", "✓ Refresh: Being refreshed now", "  Last refreshed: 10:05"}, ""},
		{"waiting", auth.StatusWaiting, nil, "Offline: refreshes when back online",
			"The sign-in was not refreshed: no route to host",
			[]string{"✓ Credential: ChatGPT sign-in", "✗ Access token: Expired at 10:05", "? Refresh: Refreshes by itself", "  Last refreshed: 10:05"}, "Try now"},
		{"expiring", auth.StatusExpiring, nil, "Works until 14:05, then sign in again",
			"The refresh token was already used.",
			[]string{"✓ Credential: ChatGPT sign-in", "✓ Access token: Works until 14:05 (in 3 h)", "✗ Refresh: Refused at 10:55", "  Last refreshed: 10:05"}, "Sign in again…"},
		{"sign-in required", auth.StatusSignInRequired, nil, "Sign in again: the refresh token was already used",
			"Codex works again once you have signed in.",
			[]string{"✓ Credential: ChatGPT sign-in", "✗ Access token: Expired at 11:04", "✗ Refresh: Refused at 10:55", "  Last refreshed: 10:05"}, "Sign in again…"},
		{"unreadable", auth.StatusUnreadable, nil, "Cannot read auth.json: it is not valid JSON", "The account shown is the last one that could be read.",
			nil, "Open folder"},
		{"locked", auth.StatusUnreadable, func(s *auth.State) { s.Locked, s.Email = true, "" }, "The keyring is locked", "",
			nil, "Unlock the keyring…"},
	}
	seen := map[auth.Status]bool{}
	for _, tt := range tests {
		seen[tt.status] = true
		t.Run(tt.name, func(t *testing.T) {
			s := kit.State(tt.status, now)
			if tt.change != nil {
				tt.change(&s)
			}
			v := window.ViewOf(words.English(), s, now)
			if v.Headline != tt.headline || v.Detail != tt.detail || v.MainLabel != tt.main {
				t.Errorf("headline %q, detail %q, main action %q\nwant     %q, detail %q, main action %q",
					v.Headline, v.Detail, v.MainLabel, tt.headline, tt.detail, tt.main)
			}
			var facts []string
			for _, f := range v.Facts {
				if f.Value != "" {
					facts = append(facts, signs[f.Mark]+" "+f.Name+": "+f.Value)
				}
			}
			if got, want := strings.Join(facts, "\n"), strings.Join(tt.facts, "\n"); got != want {
				t.Errorf("the facts are\n%s\nwant\n%s", got, want)
			}
			if s.Email != "" && v.Account != "ada@example.com · Pro" {
				t.Errorf("account %q", v.Account)
			}
			strong := tt.main == "Sign in…" || tt.main == "Sign in again…" || tt.main == "Unlock the keyring…"
			if v.Strong != strong {
				t.Errorf("the main action %q stands out: %v", v.MainLabel, v.Strong)
			}
			if v.Main == words.ActionNone != (v.MainLabel == "") {
				t.Errorf("main action %v with the label %q", v.Main, v.MainLabel)
			}
		})
	}
	for _, s := range auth.Statuses() {
		if !seen[s] {
			t.Errorf("no case for status %q", s)
		}
	}
}

// TestLinesAreSentences: what stands alone in a line begins as a sentence does, though
// some languages have it inside of sentences too.
func TestLinesAreSentences(t *testing.T) {
	s := kit.State(auth.StatusSignInRequired, now)
	s.SigningIn, s.SignIn = true, auth.SignInProgress{Method: auth.SignInBrowser, Until: now.Add(time.Minute)}
	past := []auth.Activity{{At: now.Add(-72 * time.Hour), Kind: auth.ActivitySignedIn}}
	for _, language := range lang.Languages() {
		w := words.New(lang.For(language))
		for _, line := range []string{window.ViewOf(w, s, now).SignIn.Left, window.TimelineOf(w, past, now, 0)[0].Text} {
			if line == "" || line != words.Capital(line) {
				t.Errorf("%s: a line says %q", language, line)
			}
		}
	}
}
