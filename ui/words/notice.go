package words

import (
	"time"

	"rekey/auth"
)

// Notice is the text of the notification about a refused sign-in.
type Notice struct {
	// Title says what to do.
	Title string
	// Account names whose sign-in it is, "" when that is not known. It is
	// separate because it must not become another program's argument.
	Account string
	// Body says why and how long there is, in whole sentences.
	Body string
}

// AfterSignIn says what happens after a sign-in.
func (w Words) AfterSignIn() string { return w.Say("notice.after") }

// NoticeOf is the notification for s, the zero Notice when s needs none. It
// only has clock times, so that it stays true.
func (w Words) NoticeOf(s auth.State, now time.Time) Notice {
	if !s.NeedsSignIn() || w.why(s) == "" {
		return Notice{}
	}
	n := Notice{Title: w.Say("notice.title"), Account: w.Account(s)}
	why := w.ReasonSentence(w.why(s))
	switch s.Status {
	case auth.StatusExpiring:
		n.Body = w.Say("notice.expiring", "Why", why, "When", w.clock(s.ExpiresAt, now))
	case auth.StatusSignInRequired:
		n.Body = w.Say("notice.ended", "Why", why, "Then", w.AfterSignIn())
	}
	return n
}

// why is the reason that a sign-in is needed, "" when none is known: the server's
// or what the store lacks.
func (Words) why(s auth.State) auth.Reason {
	if s.Refused != "" {
		return s.Refused
	}
	return auth.Reason(s.Obstacle)
}
