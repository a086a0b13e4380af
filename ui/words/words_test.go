package words_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/ui/words"
)

// english are the words that the tables of this package are written in.
var english = words.English()

// zone is two hours east of UTC, so that a text in the wrong zone shows.
var zone = time.FixedZone("EET", 2*60*60)

// now is a Monday, 11:05 in zone.
var now = time.Date(2026, 11, 23, 9, 5, 0, 0, time.UTC).In(zone)

func TestHeadlineAndNotice(t *testing.T) {
	ada := func(st auth.Status) auth.State {
		return auth.State{
			Status: st, Method: auth.KindChatGPT, Email: "ada@example.com", Plan: "pro",
			Store: "/home/ada/.codex/auth.json", KeepFresh: true,
		}
	}
	with := func(s auth.State, change func(*auth.State)) auth.State { change(&s); return s }
	offline := func(s *auth.State) { s.Cause = auth.CauseOf(&auth.RefreshError{Err: errors.New("no route")}) }
	tests := []struct {
		name     string
		state    auth.State
		headline string
		notice   string
	}{
		{"signed out", auth.State{Status: auth.StatusSignedOut}, "Not signed in", ""},
		{"signing in", auth.State{Status: auth.StatusSignedOut, SigningIn: true}, "Signing in…", ""},
		{"api key", auth.State{Status: auth.StatusAPIKey, Method: auth.KindAPIKey}, "Using an API key", ""},
		{"external", auth.State{Status: auth.StatusExternal, Method: auth.KindExternalTokens}, "Managed by a host program", ""},
		{"personal token", auth.State{Status: auth.StatusExternal, Method: auth.KindPersonalToken}, "Managed by you: a personal access token", ""},
		{"agent identity", auth.State{Status: auth.StatusExternal, Method: auth.KindAgentIdentity}, "Managed by an agent identity", ""},
		{"cloud key", auth.State{Status: auth.StatusExternal, Method: auth.KindBedrockKey}, "Managed by Amazon Bedrock", ""},
		{"other external", auth.State{Status: auth.StatusExternal, Method: auth.KindHeaders}, "Managed by another program", ""},
		{"lent", with(ada(auth.StatusExternal), func(s *auth.State) { s.Lent, s.ExpiresAt = true, now.Add(3*time.Hour) }),
			"Lent by another machine, works until 14:05", ""},
		{"lent, expiry not known", with(ada(auth.StatusExternal), func(s *auth.State) { s.Lent = true }), "Lent by another machine", ""},
		{"lent, expired", with(ada(auth.StatusWaiting), func(s *auth.State) { s.Lent = true }),
			"Lent by another machine: expired, waiting for a new one", ""},
		{"healthy", ada(auth.StatusHealthy), "ada@example.com · Pro", ""},
		{"healthy, nothing known", auth.State{Status: auth.StatusHealthy}, "Signed in", ""},
		{"refreshing", ada(auth.StatusRefreshing), "Refreshing…", ""},
		{"waiting", with(ada(auth.StatusWaiting), offline), "Offline: refreshes when back online", ""},
		{"waiting, keeper off", with(ada(auth.StatusWaiting), func(s *auth.State) { offline(s); s.KeepFresh = false }), "Offline: not refreshed", ""},
		{"waiting, not tried yet", with(ada(auth.StatusWaiting), func(s *auth.State) { s.NeverTried = true }), "Waiting to refresh", ""},
		{"waiting, cannot save", with(ada(auth.StatusWaiting), func(s *auth.State) { s.Cause = auth.CauseOf(auth.CannotSave(errors.New("disk full"))) }),
			"Nothing was sent because the new tokens could not be saved: disk full", ""},
		{"waiting, refused to serve", with(ada(auth.StatusWaiting), func(s *auth.State) {
			s.Cause = auth.CauseOf(&auth.RefreshError{Status: 403, Code: "unsupported_country_region_territory"})
		}), "The authorization server does not serve this place: unsupported_country_region_territory (403)", ""},
		{"waiting, a captive portal", with(ada(auth.StatusWaiting), func(s *auth.State) {
			s.Cause = auth.CauseOf(&auth.RefreshError{Status: 200, Page: true})
		}), "A web page answered instead of the authorization server (200); this network may require a login", ""},
		{"no account id", with(ada(auth.StatusSignInRequired), func(s *auth.State) { s.Refused, s.Refreshable = "", auth.RefreshableNo }), "Sign in again: this sign-in cannot be refreshed", ""},
		{
			"expiring", with(ada(auth.StatusExpiring), func(s *auth.State) {
				s.Refused, s.ExpiresAt = auth.ReasonReused, now.Add(27*time.Hour)
			}),
			"Works until Tue 14:05, then sign in again",
			"Codex still works until Tue 14:05. The refresh token was already used.",
		},
		{
			"sign-in required", with(ada(auth.StatusSignInRequired), func(s *auth.State) { s.Refused = auth.ReasonReused }),
			"Sign in again: the refresh token was already used",
			"The refresh token was already used. Codex works again once you have signed in.",
		},
		{
			"unreadable", with(ada(auth.StatusUnreadable), func(s *auth.State) {
				s.Cause = auth.CauseOf(&auth.UnreadableError{Where: s.Store, What: errors.New("it is not valid JSON")})
			}), "Cannot read auth.json: it is not valid JSON", "",
		},
		{"unreadable, other text", with(ada(auth.StatusUnreadable), func(s *auth.State) { s.Problem = "no such disk" }), "No such disk", ""},
		{"unreadable, no text", ada(auth.StatusUnreadable), "Cannot read the sign-in", ""},
		{"locked", auth.State{Status: auth.StatusUnreadable, Locked: true, Problem: "cannot read the keyring: it is locked"}, "The keyring is locked", ""},
		{"unknown", auth.State{Status: "new"}, "Unknown", ""},
	}
	seen := map[auth.Status]bool{}
	for _, tt := range tests {
		seen[tt.state.Status] = true
		t.Run(tt.name, func(t *testing.T) {
			if got := english.Headline(tt.state, now); got != tt.headline {
				t.Errorf("Headline = %q, want %q", got, tt.headline)
			}
			n := english.NoticeOf(tt.state, now)
			if n.Body != tt.notice {
				t.Errorf("NoticeOf().Body = %q, want %q", n.Body, tt.notice)
			}
			if owed := tt.state.NeedsSignIn() && tt.state.Refused != ""; (n.Title != "") != owed {
				t.Errorf("NoticeOf().Title = %q, although one is owed: %v", n.Title, owed)
			}
			if n.Title != "" && n.Account != "ada@example.com · Pro" {
				t.Errorf("NoticeOf().Account = %q", n.Account)
			}
		})
	}
	for _, s := range auth.Statuses() {
		if !seen[s] {
			t.Errorf("no case for status %q", s)
		}
	}
}

func TestReason(t *testing.T) {
	reasons := []auth.Reason{
		auth.ReasonExpired, auth.ReasonReused, auth.ReasonRevoked, auth.ReasonInvalidGrant,
		auth.ReasonUnauthorized, auth.ReasonAccountChanged, "something_new",
	}
	seen := map[string]auth.Reason{}
	for _, r := range reasons {
		text := english.Reason(r)
		if text == "" || text == string(r) {
			t.Errorf("Reason(%q) = %q, want plain words", r, text)
		}
		if other, dup := seen[text]; dup {
			t.Errorf("Reason(%q) and Reason(%q) read the same: %q", r, other, text)
		}
		seen[text] = r
	}
}

func TestFailed(t *testing.T) {
	for _, tt := range []struct {
		id, want string
		err      error
	}{
		{"failed.refresh", "The authorization server answered 503; the sign-in was not refreshed", &auth.RefreshError{Status: 503}},
		{"failed.refresh", "The sign-in cannot be refreshed: the refresh token was already used",
			&auth.RefreshError{Permanent: true, Reason: auth.ReasonReused}},
		{"failed.refresh", "Could not refresh: no space", errors.New("no space")},
	} {
		if got := english.Failed(tt.id, tt.err); got != tt.want {
			t.Errorf("%s, %v: %q, want %q", tt.id, tt.err, got, tt.want)
		}
	}
}

func TestAccount(t *testing.T) {
	tests := []struct{ email, plan, want string }{
		{"ada@example.com", "pro", "ada@example.com · Pro"},
		{"ada@example.com", "unknown", "ada@example.com"},
		{"ada@example.com", "", "ada@example.com"},
		{"", "plus", "Plus"},
		{"", "", ""},
		{"a", "self_serve_business_usage_based", "a · Business"},
		{"a", "enterprise_cbp_automation", "a · Enterprise"},
		{"a", "prolite", "a · Pro Lite"},
		{"a", "edu_pro", "a · Edu Pro"},
		{"a", "sci_plus", "a · Science Plus"},
		{"a", "brand_new", "a · Brand new"},
		{"a", "élite", "a · Élite"},
		{"ada\n@example.com\x1b[2J\u202e", "pro", "ada @example.com[2J · Pro"},
		{strings.Repeat("é", 300), "", strings.Repeat("é", 199) + "…"},
	}
	for _, tt := range tests {
		if got := english.Account(auth.State{Email: tt.email, Plan: tt.plan}); got != tt.want {
			t.Errorf("Account(%q, %q) = %q, want %q", tt.email, tt.plan, got, tt.want)
		}
	}
}

// TestWrap: nothing of a text is lost, and no word is broken that would fit.
func TestWrap(t *testing.T) {
	for _, c := range []struct{ text, line, rest string }{
		{"", "", ""},
		{"ten charac", "ten charac", ""},
		{"ten charact", "ten", "charact"},
		{"ten chara cters", "ten chara", "cters"},
		{"ten charac ters", "ten charac", "ters"},
		{"ünbreakable", "ünbreakabl", "e"},
		{"无法连接服务器请检查网络", "无法连接服务器请检查", "网络"},
	} {
		if line, rest := words.Wrap(c.text, 10); line != c.line || rest != c.rest {
			t.Errorf("Wrap(%q) = %q, %q, want %q, %q", c.text, line, rest, c.line, c.rest)
		}
	}
}
