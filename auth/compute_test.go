package auth

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

var errDisk = errors.New("no space left on device")

// TestCompute has a row for each row of the State table and for each flag.
func TestCompute(t *testing.T) {
	signedIn := mustParse(t, chatGPT())
	past := mustParse(t, chatGPT(ends(-time.Minute)))
	soon := mustParse(t, chatGPT(ends(4*time.Minute)))
	opaque := mustParse(t, chatGPT(set("tokens.access_token", "opaque")))
	refusal := &Refusal{Reason: ReasonReused, At: noon.Add(-time.Minute)}
	broken := &UnreadableError{Where: "auth.json", What: errors.New("it is not valid JSON")}
	down := Attempt{Outcome: AttemptFailed, Status: 503}
	worked := Attempt{Outcome: AttemptRefreshed}
	for _, tt := range []struct {
		name        string
		in          Facts
		status      Status
		refreshable Refreshability
		usable      bool
		check       func(State) bool // nil: nothing else
	}{
		{"signed out", Facts{LoadErr: ErrNoCredential}, StatusSignedOut, RefreshableNo, false,
			func(s State) bool { return s.Method == KindNone && s.Problem == "" && !s.NeverTried }},
		{"no facts at all", Facts{}, StatusSignedOut, RefreshableNo, false, nil},
		{"API key", Facts{Snapshot: mustParse(t, apiKeyFile("sk-1"))}, StatusAPIKey, RefreshableNo, true,
			func(s State) bool { return s.Method == KindAPIKey && s.Plan == "" }},
		{"empty API key", Facts{Snapshot: mustParse(t, apiKeyFile(""))}, StatusSignedOut, RefreshableNo, false,
			func(s State) bool { return strings.Contains(s.Problem, "API key is empty") }},
		{"mode but no tokens", Facts{Snapshot: mustParse(t, []byte(`{"auth_mode":"chatgpt"}`))}, StatusSignedOut, RefreshableNo, false,
			func(s State) bool { return strings.Contains(s.Problem, "no tokens") }},
		{"host's tokens", Facts{Snapshot: mustParse(t, chatGPT(set("auth_mode", "chatgptAuthTokens")))}, StatusExternal, RefreshableNo, true,
			func(s State) bool {
				return s.Method == KindExternalTokens && s.Email == "ada@example.com" && s.Plan == "pro"
			}},
		{"personal access token", Facts{Snapshot: mustParse(t, []byte(`{"personal_access_token":"at-1"}`))}, StatusExternal, RefreshableNo, true, nil},
		{"cloud key", Facts{Snapshot: mustParse(t, []byte(`{"auth_mode":"bedrockAccessKeys"}`))}, StatusExternal, RefreshableNo, false, nil},
		{"lent", Facts{Snapshot: mustParse(t, lent())}, StatusExternal, RefreshableNo, true,
			func(s State) bool { return s.Lent && s.Method == KindChatGPT && s.Email == "ada@example.com" }},
		{"lent, ended", Facts{Snapshot: mustParse(t, lent(ends(-time.Minute)))}, StatusWaiting, RefreshableNo, false,
			func(s State) bool { return s.Lent && strings.Contains(s.Problem, "lends") }},
		{"healthy", Facts{Snapshot: signedIn, Last: worked}, StatusHealthy, RefreshableYes, true,
			func(s State) bool {
				return s.Method == KindChatGPT && s.Email == "ada@example.com" && s.Plan == "pro" && s.Problem == "" &&
					s.ExpiresAt.Equal(noon.Add(time.Hour)) && s.LastRefresh.Equal(noon.Add(-time.Hour)) && !s.NeedsSignIn()
			}},
		{"healthy, never tried", Facts{Snapshot: signedIn}, StatusHealthy, RefreshableUnknown, true,
			func(s State) bool { return s.NeverTried }},
		{"healthy, opaque", Facts{Snapshot: opaque, Last: worked}, StatusHealthy, RefreshableYes, true,
			func(s State) bool { return s.ExpiresAt.IsZero() }},
		{"healthy, last attempt failed", Facts{Snapshot: signedIn, Last: down}, StatusHealthy, RefreshableUnknown, true,
			func(s State) bool { return strings.Contains(s.Problem, "503") && !s.NeverTried }},
		{"healthy, refreshing does not help", Facts{Snapshot: signedIn, Last: worked, Doubt: true}, StatusHealthy, RefreshableYes, true,
			func(s State) bool { return strings.Contains(s.Problem, "clock") }},
		{"refreshing", Facts{Snapshot: signedIn, Sent: noon.Add(-refreshShown)}, StatusRefreshing, RefreshableUnknown, true, nil},
		{"refreshing for a moment", Facts{Snapshot: signedIn, Sent: noon.Add(1 - refreshShown)}, StatusHealthy, RefreshableUnknown, true, nil},
		{"refreshing what has ended", Facts{Snapshot: past, Sent: noon.Add(-refreshShown), Last: down}, StatusRefreshing, RefreshableUnknown, false, nil},
		{"waiting, ended", Facts{Snapshot: past, Last: down}, StatusWaiting, RefreshableUnknown, false, nil},
		{"waiting, ended and nobody has asked", Facts{Snapshot: past}, StatusWaiting, RefreshableUnknown, false, nil},
		{"waiting, ends soon", Facts{Snapshot: soon, Last: down}, StatusWaiting, RefreshableUnknown, true, nil},
		{"ends soon, nothing failed", Facts{Snapshot: soon, Last: worked}, StatusHealthy, RefreshableYes, true, nil},
		{"waiting, hidden from Codex", Facts{Snapshot: mustParse(t, chatGPT(unset("last_refresh")))}, StatusWaiting, RefreshableUnknown, false, nil},
		{"expiring", Facts{Snapshot: signedIn, Refusal: refusal, Notice: "n"}, StatusExpiring, RefreshableNo, true,
			func(s State) bool {
				return s.Refused == ReasonReused && s.RefusedAt.Equal(noon.Add(-time.Minute)) && s.Notice == "n" && s.NeedsSignIn() && !s.NeverTried
			}},
		{"expiring wins over refreshing", Facts{Snapshot: signedIn, Refusal: refusal, Sent: noon.Add(-refreshShown)}, StatusExpiring, RefreshableNo, true, nil},
		{"sign-in required, ended", Facts{Snapshot: past, Refusal: refusal}, StatusSignInRequired, RefreshableNo, false,
			func(s State) bool { return s.NeedsSignIn() }},
		{"sign-in required, opaque", Facts{Snapshot: opaque, Refusal: refusal}, StatusSignInRequired, RefreshableNo, true, nil},
		{"unreadable", Facts{LoadErr: broken, LastGood: signedIn}, StatusUnreadable, RefreshableNo, false,
			func(s State) bool {
				return s.Problem == "Cannot read auth.json: it is not valid JSON" && s.Cause.Code() == "unreadable" && s.Email == "ada@example.com" && s.Plan == "pro" && s.Method == KindNone && !s.Locked
			}},
		{"unreadable from the start", Facts{LoadErr: fmt.Errorf("load: %w", broken)}, StatusUnreadable, RefreshableNo, false,
			func(s State) bool { return s.Email == "" && s.Plan == "" }},
		{"locked keyring", Facts{LoadErr: &UnreadableError{Locked: true}}, StatusUnreadable, RefreshableNo, false,
			func(s State) bool { return s.Locked }},
		{"no account", Facts{Snapshot: mustParse(t, chatGPT(unset("tokens.account_id"))), Last: worked}, StatusExpiring, RefreshableNo, true,
			func(s State) bool { return strings.Contains(s.Problem, "names no account") && s.Refused == "" }},
		{"answer lost", Facts{Snapshot: signedIn, Last: Attempt{Outcome: AttemptLost}, Lost: true}, StatusHealthy, RefreshableUnknown, true,
			func(s State) bool { return s.AnswerLost && strings.Contains(s.Problem, "may be spent") }},
		{"commit pending", Facts{Snapshot: signedIn, CommitErr: errDisk, Last: worked}, StatusHealthy, RefreshableYes, true,
			func(s State) bool { return s.CommitPending && strings.Contains(s.Problem, errDisk.Error()) }},
		{"cannot save", Facts{Snapshot: signedIn, Last: Attempt{Outcome: AttemptUnsent, Cause: CauseOf(errDisk)}}, StatusHealthy, RefreshableUnknown, true,
			func(s State) bool { return s.CannotSave && strings.Contains(s.Problem, errDisk.Error()) }},
		{"restricted", Facts{LoadErr: ErrNoCredential, Restriction: errors.New("only API keys are allowed here")}, StatusSignedOut, RefreshableNo, false,
			func(s State) bool { return s.Restricted && s.Problem == "Only API keys are allowed here" }},
		{"passed through", Facts{Snapshot: signedIn, Store: "auth.json", SignIn: SignInProgress{Method: SignInBrowser}, KeepFresh: true, NextRefresh: noon.Add(time.Hour)},
			StatusHealthy, RefreshableUnknown, true, func(s State) bool {
				return s.Store == "auth.json" && s.SigningIn && s.SignIn.Method == SignInBrowser && s.KeepFresh && s.NextRefresh.Equal(noon.Add(time.Hour))
			}},
	} {
		tt.in.Now = noon
		st := Compute(tt.in)
		if st.Status != tt.status || st.Refreshable != tt.refreshable || st.Usable != tt.usable {
			t.Errorf("%s: %s, refreshable %s, usable %t; want %s, %s, %t",
				tt.name, st.Status, st.Refreshable, st.Usable, tt.status, tt.refreshable, tt.usable)
		}
		if tt.check != nil && !tt.check(st) {
			t.Errorf("%s: %+v", tt.name, st)
		}
	}
}
