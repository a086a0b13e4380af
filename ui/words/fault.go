package words

import (
	"errors"

	"rekey/auth"
)

// Error is what went wrong, as the rest of a sentence: "the sign-in was
// cancelled". What a person can act on has a code and is said in their
// language; what another program or the system has said about it stays as it
// is. Whoever has room for one line only makes it one.
func (w Words) Error(err error) string {
	var refused *auth.RefreshError
	if errors.As(err, &refused) && refused.Permanent {
		return w.Say("reason.cannot_refresh", "Why", w.Reason(refused.Reason))
	}
	return w.p.Error(err)
}

// Sentence is Error as a sentence.
func (w Words) Sentence(err error) string {
	return w.Say("sentence.end", "What", Capital(w.Error(err)))
}
