package words_test

import (
	"errors"
	"testing"
	"time"

	"rekey/auth"
	"rekey/ui/words"
)

func TestExpiry(t *testing.T) {
	tests := []struct {
		in   time.Duration
		want string
	}{
		{3 * time.Hour, "Works until 14:05 (in 3 h)"},
		{3*time.Hour + 29*time.Minute, "Works until 14:34 (in 3 h)"},
		{90*time.Minute + time.Second, "Works until 12:35 (in 2 h)"},
		{90 * time.Minute, "Works until 12:35 (in 90 min)"},
		{27 * time.Minute, "Works until 11:32 (in 25 min)"},
		{8 * time.Minute, "Works until 11:13 (in 8 min)"},
		{31 * time.Second, "Works until 11:05 (in 1 min)"},
		{20 * time.Second, "Works until 11:05 (in less than a minute)"},
		{0, "Expired at 11:05"},
		{-time.Hour, "Expired at 10:05"},
		{-24 * time.Hour, "Expired Sun 11:05"},
		{27 * time.Hour, "Works until Tue 14:05 (in 27 h)"},
		{5 * 24 * time.Hour, "Works until Sat 11:05 (in 5 days)"},
		{10 * 24 * time.Hour, "Works until 3 Dec 11:05 (in 10 days)"},
		{50 * 24 * time.Hour, "Works until 12 Jan 2027 11:05 (in 50 days)"},
	}
	for _, tt := range tests {
		if got := english.Expiry(auth.State{ExpiresAt: now.Add(tt.in).UTC()}, now); got != tt.want {
			t.Errorf("Expiry(now%+v) = %q, want %q", tt.in, got, tt.want)
		}
	}
	if got := english.Expiry(auth.State{}, now); got != "" {
		t.Errorf("Expiry without an end = %q, want none", got)
	}
}

func TestRefresh(t *testing.T) {
	base := auth.State{Status: auth.StatusHealthy, Method: auth.KindChatGPT, Refreshable: auth.RefreshableYes, KeepFresh: true}
	tests := []struct {
		name   string
		change func(*auth.State)
		want   string
	}{
		{"planned", func(s *auth.State) { s.NextRefresh = now.Add(time.Hour) }, "Refreshes at 12:05"},
		{"planned tomorrow", func(s *auth.State) { s.NextRefresh = now.Add(24 * time.Hour) }, "Refreshes Tue 11:05"},
		{"due", func(s *auth.State) { s.NextRefresh = now }, "Refreshes by itself"},
		{"no plan", func(*auth.State) {}, "Refreshes by itself"},
		{"keeper off", func(s *auth.State) { s.KeepFresh = false }, "Not kept fresh by Rekey"},
		{"lent", func(s *auth.State) { s.Lent = true }, "Refreshed by the machine that lends it"},
		{"refreshing", func(s *auth.State) { s.Status = auth.StatusRefreshing }, "Being refreshed now"},
		{"refused", func(s *auth.State) { s.Refused = auth.ReasonRevoked }, "Cannot be refreshed: the sign-in was revoked"},
		{"no account id", func(s *auth.State) { s.Refreshable = auth.RefreshableNo }, "Cannot be refreshed"},
		{"api key", func(s *auth.State) { s.Method = auth.KindAPIKey }, ""},
		{"signed out", func(s *auth.State) { s.Status, s.Method = auth.StatusSignedOut, auth.KindNone }, ""},
	}
	for _, tt := range tests {
		s := base
		tt.change(&s)
		if got := english.Refresh(s, now); got != tt.want {
			t.Errorf("%s: Refresh = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestObstacle(t *testing.T) {
	tests := []struct {
		name  string
		state auth.State
		want  string
	}{
		{"none", auth.State{Status: auth.StatusHealthy}, ""},
		{"restricted", auth.State{Status: auth.StatusHealthy, Restricted: true, CommitPending: true}, "Not allowed by config.toml"},
		{"commit pending", auth.State{Status: auth.StatusHealthy, CommitPending: true}, "New tokens are waiting to be saved"},
		{"cannot save", auth.State{Status: auth.StatusHealthy, CannotSave: true, Cause: auth.CauseOf(auth.CannotSave(errors.New("disk full")))},
			"Nothing was sent because the new tokens could not be saved: disk full"},
		{"cannot save, said in the headline", auth.State{Status: auth.StatusWaiting, CannotSave: true, Cause: auth.CauseOf(auth.CannotSave(errors.New("disk full")))}, ""},
		{"answer lost", auth.State{Status: auth.StatusWaiting, AnswerLost: true}, "A refresh got no answer"},
		{"unreadable", auth.State{Status: auth.StatusUnreadable, Problem: "x"}, ""},
	}
	for _, tt := range tests {
		if got := english.Obstacle(tt.state); got != tt.want {
			t.Errorf("%s: Obstacle = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestCredential(t *testing.T) {
	kinds := []auth.Kind{
		auth.KindNone, auth.KindAPIKey, auth.KindChatGPT, auth.KindExternalTokens,
		auth.KindPersonalToken, auth.KindAgentIdentity, auth.KindBedrockKey, auth.KindHeaders,
	}
	seen := map[string]auth.Kind{}
	for _, k := range kinds {
		text := english.Credential(k)
		if other, dup := seen[text]; dup || text == "" {
			t.Errorf("Credential(%q) = %q, as Credential(%q)", k, text, other)
		}
		seen[text] = k
	}
}

func TestLastRefreshed(t *testing.T) {
	for want, at := range map[string]time.Time{
		"":            {},
		"10:05":       now.Add(-time.Hour),
		"Sun 11:05":   now.Add(-24 * time.Hour),
		"1 Nov 11:05": now.Add(-22 * 24 * time.Hour),
	} {
		if got := english.LastRefreshed(auth.State{LastRefresh: at}, now); got != want {
			t.Errorf("LastRefreshed(%v) = %q, want %q", at, got, want)
		}
	}
}

func TestRefusal(t *testing.T) {
	tests := []struct {
		state auth.State
		want  string
	}{
		{auth.State{}, ""},
		{auth.State{RefusedAt: now}, ""},
		{auth.State{Refused: auth.ReasonReused}, "Refused"},
		{auth.State{Refused: auth.ReasonReused, RefusedAt: now.Add(-time.Hour)}, "Refused at 10:05"},
		{auth.State{Refused: auth.ReasonReused, RefusedAt: now.Add(-24 * time.Hour)}, "Refused Sun 11:05"},
	}
	for _, tt := range tests {
		if got := english.Refusal(tt.state, now); got != tt.want {
			t.Errorf("Refusal(%+v) = %q, want %q", tt.state, got, tt.want)
		}
	}
}

func TestMainAction(t *testing.T) {
	for _, status := range auth.Statuses() {
		s := auth.State{Status: status, SigningIn: true}
		if a, _ := english.MainAction(s); a != words.ActionCancelSignIn {
			t.Errorf("%q while signing in offers %v", status, a)
		}
		s = auth.State{Status: status, Refreshable: auth.RefreshableYes}
		a, label := english.MainAction(s)
		if (a == words.ActionNone) != (label == "") {
			t.Errorf("%q: action %v has the label %q", status, a, label)
		}
		if s.NeedsSignIn() && a != words.ActionSignIn {
			t.Errorf("%q needs a sign-in and offers %q", status, label)
		}
		if words.Refreshable(s) && a == words.ActionRefresh {
			t.Errorf("%q offers the refresh twice", status)
		}
		s.Refreshable = auth.RefreshableNo
		if a, _ := english.MainAction(s); words.Refreshable(s) || a == words.ActionRefresh {
			t.Errorf("%q offers a refresh of what cannot be refreshed", status)
		}
	}
}

func TestProblem(t *testing.T) {
	for problem, want := range map[string]string{
		"":                      "",
		"élan lost":             "Élan lost",
		"cannot\tread\r\nthis ": "Cannot read  this",
		"\xff":                  "",
	} {
		if got := english.Problem(auth.State{Problem: problem}); got != want {
			t.Errorf("Problem(%q) = %q, want %q", problem, got, want)
		}
	}
}
