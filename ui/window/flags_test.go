package window_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/internal/fault"
	"rekey/test/kit/must"
)

// flag says how a person gets to see a field of a State.
type flag struct {
	// set makes the field another one, in the facts that a State is computed from,
	// after given has been done to them.
	set, given func(*auth.Facts)
	// at are the statuses in which it must be seen, all for none, and on the faces
	// on which.
	at []auth.Status
	on []string
	// elsewhere is where it is seen that is none of the faces here, or why nowhere.
	elsewhere string
}

// flags has every field of a State.
func flags(t *testing.T) map[string]flag {
	held := func(options ...box.AuthOption) func(*auth.Facts) {
		return func(f *auth.Facts) { f.Snapshot = signIn(t, options...) }
	}
	unreadable := func(e auth.UnreadableError) func(*auth.Facts) {
		return func(f *auth.Facts) {
			f.LastGood, f.Snapshot = f.Snapshot, nil
			e.Where, e.What = f.Store, fault.New("not_json", "it is not valid JSON")
			f.LoadErr = &e
		}
	}
	down := auth.Attempt{Outcome: auth.AttemptFailed, At: now.UTC(), Cause: auth.CauseOf(&auth.RefreshError{Status: 503})}
	return map[string]flag{
		"Status":      {set: func(f *auth.Facts) { f.Snapshot = nil }},
		"Method":      {set: held(box.WithAPIKey("not-a-real-key"))},
		"Email":       {set: held(box.WithAccount(box.Grace()), expires), at: []auth.Status{auth.StatusHealthy}},
		"Plan":        {set: held(box.WithAccount(box.Account{Email: "ada@example.com", Plan: "plus"}), expires), at: []auth.Status{auth.StatusHealthy}},
		"Store":       {given: unreadable(auth.UnreadableError{}), set: func(f *auth.Facts) { f.Store = "/elsewhere/sign-in.json" }},
		"Lent":        {set: held(box.WithRefreshToken("rekey-loan:v1:0123456789abcdef"), expires)},
		"ExpiresAt":   {set: held(box.WithExpiry(now.Add(2 * time.Hour)))},
		"Usable":      {set: held(box.WithExpiry(now.Add(-2 * time.Hour)))},
		"Refreshable": {set: held(noRefreshToken, expires)},
		"Obstacle":    {set: held(box.WithoutAccountID(), expires)},
		"Refused":     {set: func(f *auth.Facts) { f.Refusal = &auth.Refusal{Reason: auth.ReasonRevoked, At: now.UTC()} }},
		"RefusedAt": {set: func(f *auth.Facts) {
			f.Refusal = &auth.Refusal{Reason: auth.ReasonReused, At: now.Add(-50 * time.Minute)}
		}, on: []string{"window"}},
		"LastRefresh":   {set: held(box.WithIssued(now.Add(-30*time.Minute)), expires), on: []string{"window"}},
		"NextRefresh":   {set: func(f *auth.Facts) { f.NextRefresh = now.Add(17 * time.Minute) }, at: []auth.Status{auth.StatusHealthy}},
		"Problem":       {set: func(f *auth.Facts) { f.Last = down }},
		"Cause":         {set: func(f *auth.Facts) { f.Last = down }},
		"LastAttempt":   {set: func(f *auth.Facts) { f.Last = down }, at: []auth.Status{auth.StatusHealthy, auth.StatusWaiting}},
		"NeverTried":    {set: func(f *auth.Facts) { f.Last = auth.Attempt{} }, at: []auth.Status{auth.StatusWaiting}},
		"AnswerLost":    {set: func(f *auth.Facts) { f.Lost = true }},
		"CommitPending": {set: func(f *auth.Facts) { f.CommitErr = errors.New("disk full") }},
		"CannotSave": {set: func(f *auth.Facts) {
			f.Last = auth.Attempt{Outcome: auth.AttemptUnsent, Cause: auth.CauseOf(auth.CannotSave(errors.New("disk full")))}
		}},
		"Locked":     {set: unreadable(auth.UnreadableError{Locked: true})},
		"Encrypted":  {set: unreadable(auth.UnreadableError{Encrypted: true})},
		"Restricted": {set: func(f *auth.Facts) { f.Restriction = fault.New("only_api_key", "only an API key is allowed") }},
		"SigningIn":  {set: func(f *auth.Facts) { f.SignIn.Method = auth.SignInBrowser }},
		"SignIn": {set: func(f *auth.Facts) {
			f.SignIn = auth.SignInProgress{Method: auth.SignInDevice, Page: "https://auth.example/device", UserCode: "ABCD-1234"}
		}, on: []string{"menu", "window"}},
		"KeepFresh":     {set: func(f *auth.Facts) { f.KeepFresh = false }, at: []auth.Status{auth.StatusHealthy}},
		"Notifications": {elsewhere: "a preference, in the window's settings"},
		"StartAtLogin":  {elsewhere: "a preference, in the menu and the window's settings"},
		"SignInMethod":  {elsewhere: "a preference, in the window's settings"},
		"Loans":         {elsewhere: "rekey lend, and the loans of the faces, which are told apart from the State"},
		"LastActivity":  {elsewhere: "when to ask for the activity, which the window lists"},
		"Notice":        {elsewhere: "a name for the notification, which is shown itself"},
	}
}

// signIn is Ada's sign-in, from an hour ago.
func signIn(t *testing.T, options ...box.AuthOption) *auth.Snapshot {
	t.Helper()
	return parse(t, box.AuthJSON(append([]box.AuthOption{box.WithIssued(now.Add(-time.Hour))}, options...)...))
}

func parse(t *testing.T, content []byte) *auth.Snapshot {
	t.Helper()
	s := must.Get(auth.ParseSnapshot(bytes.ReplaceAll(content, []byte(`"`+blank+`"`), []byte(`""`))))(t)
	return s
}

// signIns are facts of one State each that can be refreshed, or could be.
func signIns(t *testing.T) map[auth.Status]auth.Facts {
	f := auth.Facts{
		Snapshot: signIn(t, expires), Store: "/home/ada/.codex/auth.json", Now: now, KeepFresh: true,
		Last: auth.Attempt{Outcome: auth.AttemptRefreshed, At: now.Add(-time.Hour).UTC()},
	}
	ended, refused := f, f
	ended.Snapshot = signIn(t, box.WithExpiry(now.Add(-time.Minute)))
	ended.Last = auth.Attempt{Outcome: auth.AttemptFailed, At: now.UTC(), Cause: auth.CauseOf(&auth.RefreshError{Err: errors.New("no route to host")})}
	refused.Refusal = &auth.Refusal{Reason: auth.ReasonReused, At: now.Add(-10 * time.Minute).UTC()}
	over := refused
	over.Snapshot = ended.Snapshot
	return map[auth.Status]auth.Facts{
		auth.StatusHealthy: f, auth.StatusWaiting: ended, auth.StatusExpiring: refused, auth.StatusSignInRequired: over,
	}
}
