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
	t.Parallel()
	signedIn := mustParse(t, chatGPT())
	past := mustParse(t, chatGPT(ends(-time.Minute)))
	soon := mustParse(t, chatGPT(ends(4*time.Minute)))
	opaque := mustParse(t, chatGPT(set("tokens.access_token", "opaque")))
	refusal := &Refusal{Reason: ReasonReused, At: noon.Add(-time.Minute)}
	broken := &UnreadableError{Where: "auth.json", What: "it is not valid JSON"}
	down := &RefreshError{Status: 503}
	for _, tt := range []struct {
		name      string
		in        Inputs
		status    Status
		renewable Renewability
		usable    bool
		check     func(State) bool // nil: nothing else
	}{
		{"signed out", Inputs{LoadErr: ErrNoCredential}, StatusSignedOut, RenewableNo, false,
			func(s State) bool { return s.Method == KindNone && s.Problem == "" && !s.NeverTried }},
		{"no facts at all", Inputs{}, StatusSignedOut, RenewableNo, false, nil},
		{"API key", Inputs{Snapshot: mustParse(t, apiKeyFile("sk-1"))}, StatusAPIKey, RenewableNo, true,
			func(s State) bool { return s.Method == KindAPIKey && s.Plan == "" }},
		{"empty API key", Inputs{Snapshot: mustParse(t, apiKeyFile(""))}, StatusSignedOut, RenewableNo, false,
			func(s State) bool { return strings.Contains(s.Problem, "API key is empty") }},
		{"mode but no tokens", Inputs{Snapshot: mustParse(t, []byte(`{"auth_mode":"chatgpt"}`))}, StatusSignedOut, RenewableNo, false,
			func(s State) bool { return strings.Contains(s.Problem, "no tokens") }},
		{"host's tokens", Inputs{Snapshot: mustParse(t, chatGPT(set("auth_mode", "chatgptAuthTokens")))}, StatusExternal, RenewableNo, true,
			func(s State) bool {
				return s.Method == KindExternalTokens && s.Email == "ada@example.com" && s.Plan == "pro"
			}},
		{"personal access token", Inputs{Snapshot: mustParse(t, []byte(`{"personal_access_token":"at-1"}`))}, StatusExternal, RenewableNo, true, nil},
		{"cloud key", Inputs{Snapshot: mustParse(t, []byte(`{"auth_mode":"bedrockAccessKeys"}`))}, StatusExternal, RenewableNo, false, nil},
		{"lent", Inputs{Snapshot: mustParse(t, lent())}, StatusExternal, RenewableNo, true,
			func(s State) bool { return s.Lent && s.Method == KindChatGPT && s.Email == "ada@example.com" }},
		{"lent, ended", Inputs{Snapshot: mustParse(t, lent(ends(-time.Minute)))}, StatusWaiting, RenewableNo, false,
			func(s State) bool { return s.Lent && strings.Contains(s.Problem, "lends") }},
		{"healthy", Inputs{Snapshot: signedIn, Tried: true}, StatusHealthy, RenewableYes, true,
			func(s State) bool {
				return s.Method == KindChatGPT && s.Email == "ada@example.com" && s.Plan == "pro" && s.Problem == "" &&
					s.ExpiresAt.Equal(noon.Add(time.Hour)) && s.LastRefresh.Equal(noon.Add(-time.Hour)) && !s.NeedsSignIn()
			}},
		{"healthy, never tried", Inputs{Snapshot: signedIn}, StatusHealthy, RenewableUnknown, true,
			func(s State) bool { return s.NeverTried }},
		{"healthy, opaque", Inputs{Snapshot: opaque, Tried: true}, StatusHealthy, RenewableYes, true,
			func(s State) bool { return s.ExpiresAt.IsZero() }},
		{"healthy, last attempt failed", Inputs{Snapshot: signedIn, Attempt: down, Tried: true}, StatusHealthy, RenewableUnknown, true,
			func(s State) bool { return strings.Contains(s.Problem, "503") && !s.NeverTried }},
		{"healthy, a failure that is no news yet", Inputs{Snapshot: soon, Attempt: down, Tried: true, Quiet: true}, StatusHealthy, RenewableYes, true,
			func(s State) bool { return s.Problem == "" }},
		{"healthy, a lost answer is always news", Inputs{Snapshot: signedIn, Attempt: &RefreshError{AnswerLost: true}, Tried: true, Quiet: true},
			StatusHealthy, RenewableUnknown, true, func(s State) bool { return s.AnswerLost && s.Problem != "" }},
		{"healthy, renewing does not help", Inputs{Snapshot: signedIn, Tried: true, Doubt: "The clock is wrong."}, StatusHealthy, RenewableYes, true,
			func(s State) bool { return s.Problem == "The clock is wrong." }},
		{"renewing", Inputs{Snapshot: signedIn, Renewing: true}, StatusRenewing, RenewableUnknown, true, nil},
		{"renewing what has ended", Inputs{Snapshot: past, Renewing: true, Attempt: down}, StatusRenewing, RenewableUnknown, false, nil},
		{"waiting, ended", Inputs{Snapshot: past, Attempt: down, Tried: true}, StatusWaiting, RenewableUnknown, false, nil},
		{"waiting, ended and nobody has asked", Inputs{Snapshot: past}, StatusWaiting, RenewableUnknown, false, nil},
		{"waiting, ends soon", Inputs{Snapshot: soon, Attempt: down, Tried: true}, StatusWaiting, RenewableUnknown, true, nil},
		{"ends soon, nothing failed", Inputs{Snapshot: soon, Tried: true}, StatusHealthy, RenewableYes, true, nil},
		{"waiting, hidden from Codex", Inputs{Snapshot: mustParse(t, chatGPT(unset("last_refresh")))}, StatusWaiting, RenewableUnknown, false, nil},
		{"expiring", Inputs{Snapshot: signedIn, Refusal: refusal, Notice: "n"}, StatusExpiring, RenewableNo, true,
			func(s State) bool {
				return s.Refused == ReasonReused && s.RefusedAt.Equal(noon.Add(-time.Minute)) && s.Notice == "n" && s.NeedsSignIn() && !s.NeverTried
			}},
		{"expiring wins over renewing", Inputs{Snapshot: signedIn, Refusal: refusal, Renewing: true}, StatusExpiring, RenewableNo, true, nil},
		{"sign-in required, ended", Inputs{Snapshot: past, Refusal: refusal}, StatusSignInRequired, RenewableNo, false,
			func(s State) bool { return s.NeedsSignIn() }},
		{"sign-in required, opaque", Inputs{Snapshot: opaque, Refusal: refusal}, StatusSignInRequired, RenewableNo, true, nil},
		{"unreadable", Inputs{LoadErr: broken, LastGood: signedIn}, StatusUnreadable, RenewableNo, false,
			func(s State) bool {
				return s.Problem == broken.Error() && s.Email == "ada@example.com" && s.Plan == "pro" && s.Method == KindNone && !s.Locked
			}},
		{"unreadable from the start", Inputs{LoadErr: fmt.Errorf("load: %w", broken)}, StatusUnreadable, RenewableNo, false,
			func(s State) bool { return s.Email == "" && s.Plan == "" }},
		{"locked keyring", Inputs{LoadErr: &UnreadableError{Locked: true}}, StatusUnreadable, RenewableNo, false,
			func(s State) bool { return s.Locked }},
		{"no account", Inputs{Snapshot: mustParse(t, chatGPT(unset("tokens.account_id"))), Tried: true}, StatusExpiring, RenewableNo, true,
			func(s State) bool { return strings.Contains(s.Problem, "names no account") && s.Refused == "" }},
		{"answer lost", Inputs{Snapshot: signedIn, Attempt: &RefreshError{AnswerLost: true}, Tried: true}, StatusHealthy, RenewableUnknown, true,
			func(s State) bool { return s.AnswerLost && strings.Contains(s.Problem, "may be spent") }},
		{"commit pending", Inputs{Snapshot: signedIn, CommitErr: errDisk, Tried: true}, StatusHealthy, RenewableYes, true,
			func(s State) bool { return s.CommitPending && strings.Contains(s.Problem, errDisk.Error()) }},
		{"cannot save", Inputs{Snapshot: signedIn, SaveErr: errDisk}, StatusHealthy, RenewableUnknown, true,
			func(s State) bool { return s.CannotSave && strings.Contains(s.Problem, errDisk.Error()) }},
		{"restricted", Inputs{LoadErr: ErrNoCredential, Restriction: "Only API keys are allowed here."}, StatusSignedOut, RenewableNo, false,
			func(s State) bool { return s.Restricted && s.Problem == "Only API keys are allowed here." }},
		{"passed through", Inputs{Snapshot: signedIn, Store: "auth.json", SignIn: SignInProgress{Method: SignInBrowser}, KeepFresh: true, NextRefresh: noon.Add(time.Hour)},
			StatusHealthy, RenewableUnknown, true, func(s State) bool {
				return s.Store == "auth.json" && s.SigningIn && s.SignIn.Method == SignInBrowser && s.KeepFresh && s.NextRefresh.Equal(noon.Add(time.Hour))
			}},
	} {
		tt.in.Now = noon
		st := Compute(tt.in)
		if st.Status != tt.status || st.Renewable != tt.renewable || st.Usable != tt.usable {
			t.Errorf("%s: %s, renewable %s, usable %t; want %s, %s, %t",
				tt.name, st.Status, st.Renewable, st.Usable, tt.status, tt.renewable, tt.usable)
		}
		if tt.check != nil && !tt.check(st) {
			t.Errorf("%s: %+v", tt.name, st)
		}
	}
}
