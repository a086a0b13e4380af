package auth

import (
	"time"

	"rekey/internal/fault"
)

// The errors that a person can act on have a code, which the faces use to
// translate them. They implement fault.Coded: see package internal/fault.

// CodeOffline is the code of a State's Cause when no server has answered.
const CodeOffline = "refresh_failed_because"

// CodeUnreadable is the code of an UnreadableError about a file.
const CodeUnreadable = "unreadable"

// AsFault implements fault.Coded.
func (e *RefreshError) AsFault() *fault.Fault {
	switch {
	case !e.NotBefore.IsZero():
		now := *e
		now.NotBefore = time.Time{}
		return fault.New("refresh_not_before", "{{.What}}; the next request is allowed at {{.When}}",
			"What", &now, "When", e.NotBefore.Local().Format(time.TimeOnly))
	case e.Permanent:
		return fault.New("not_refreshable", "the sign-in cannot be refreshed: {{.Why}}", "Why", string(e.Reason))
	case e.AnswerLost && e.Err != nil:
		return fault.New("refresh_lost_because", "the refresh was sent but no answer came: {{.Why}}", "Why", e.Err)
	case e.AnswerLost:
		return fault.New("refresh_lost", "the refresh was sent but no answer came")
	case e.Page:
		return fault.New("refresh_web_page", "a web page answered instead of the authorization server ({{.Status}}); this network may require a login", "Status", e.Status)
	case e.Status == 403 && e.Code != "":
		return fault.New("refresh_refused_here", "the authorization server does not serve this place: {{.Code}} ({{.Status}})",
			"Code", e.Code, "Status", e.Status)
	case e.Status != 0 && e.Code != "":
		return fault.New("refresh_answered_code", "the authorization server answered {{.Status}} ({{.Code}}); the sign-in was not refreshed",
			"Status", e.Status, "Code", e.Code)
	case e.Status != 0:
		return fault.New("refresh_answered", "the authorization server answered {{.Status}}; the sign-in was not refreshed", "Status", e.Status)
	case e.Err != nil:
		return fault.New(CodeOffline, "the sign-in was not refreshed: {{.Why}}", "Why", e.Err)
	}
	return fault.New("refresh_failed", "the sign-in was not refreshed")
}

// AsFault implements fault.Coded.
func (e *UnreadableError) AsFault() *fault.Fault {
	switch e.Where {
	case WhereKeyring:
		return fault.New("unreadable_keyring", "cannot read the keyring: {{.What}}", "What", e.What)
	case WhereSignIn:
		return fault.New("unreadable_sign_in", "cannot read the sign-in: {{.What}}", "What", e.What)
	}
	return fault.New(CodeUnreadable, "cannot read {{.Where}}: {{.What}}", "Where", e.Where, "What", e.What)
}

// AsFault implements fault.Coded.
func (e *ShortLivedError) AsFault() *fault.Fault {
	return fault.New("too_short", "the newest access token works for {{.Left}}, and {{.Wanted}} was asked for",
		"Left", e.Left.Round(time.Second), "Wanted", e.Wanted)
}
