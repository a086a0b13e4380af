package words

import (
	"time"

	"rekey/auth"
)

// Notice is the text of the one notification a refused sign-in is worth.
type Notice struct {
	// Title says what to do.
	Title string
	// Account names whose sign-in it is, "" when that is not known. It stands
	// apart because it may not become another program's argument.
	Account string
	// Body says why and how long there is, in whole sentences.
	Body string
}

// AfterSignIn is what a sign-in is good for.
const AfterSignIn = "Codex works again once you have signed in."

// NoticeOf is the notification for s, the zero Notice when s needs none. It
// holds clock times only, nothing that is wrong a minute later.
func NoticeOf(s auth.State, now time.Time) Notice {
	if s.Refused == "" {
		return Notice{}
	}
	n := Notice{Title: "Sign in to Codex again", Account: Account(s)}
	why := ReasonSentence(s.Refused) + " "
	switch s.Status {
	case auth.StatusExpiring:
		n.Body = why + "Codex still works until " + clock(s.ExpiresAt, now) + "."
	case auth.StatusSignInRequired:
		n.Body = why + AfterSignIn
	default:
		return Notice{}
	}
	return n
}
