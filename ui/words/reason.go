package words

import (
	"errors"
	"time"

	"rekey/auth"
)

// Reason is why the credentials cannot be refreshed, as the rest of a sentence:
// "the refresh token was already used".
func (w Words) Reason(r auth.Reason) string { return w.of("reason.", string(r), "reason.unknown") }

// of is the message for a code, or another one for a code that only a newer agent
// knows.
func (w Words) of(table, code, otherwise string) string {
	if text, ok := w.p.Lookup(table + code); ok {
		return text
	}
	return w.Say(otherwise)
}

// ReasonSentence is Reason as a sentence of its own.
func (w Words) ReasonSentence(r auth.Reason) string {
	return w.Say("reason.sentence", "Why", Capital(w.Reason(r)))
}

// Error is what went wrong, as the rest of a sentence: "the sign-in was
// cancelled". Errors that a person can act on have a code and are translated;
// messages of other programs or the system stay as they are. It may have
// several lines.
func (w Words) Error(err error) string {
	if refused, ok := errors.AsType[*auth.RefreshError](err); ok && refused.Permanent {
		return w.Say("reason.cannot_refresh", "Why", w.Reason(refused.Reason))
	}
	return w.p.Error(err)
}

// Failed is a message about what did not work, with why. A refresh that failed says
// so itself.
func (w Words) Failed(id string, err error) string {
	if _, ok := errors.AsType[*auth.RefreshError](err); ok {
		return Capital(w.Error(err))
	}
	return w.Say(id, "Why", w.Error(err))
}

// Sentence is Error as a sentence.
func (w Words) Sentence(err error) string {
	return w.Say("sentence.end", "What", Capital(w.Error(err)))
}

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
