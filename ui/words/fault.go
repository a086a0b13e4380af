package words

import (
	"errors"
	"fmt"
	"strings"

	"rekey/auth"
	"rekey/internal/fault"
)

// Error is what went wrong, as the rest of a sentence: "the sign-in was
// cancelled". What a person can act on has a code and is said in their
// language; what another program or the system has said about it stays as it
// is. Whoever has room for one line only makes it one.
func (w Words) Error(err error) string {
	var refused *auth.RefreshError
	if errors.As(err, &refused) && refused.Permanent {
		return w.Say("fault.not_renewable", "Why", w.Reason(refused.Reason))
	}
	var coded fault.Coded
	if !errors.As(err, &coded) {
		return w.p.Translate(err.Error())
	}
	// What the code around it has added is in English, and stays.
	return strings.Replace(err.Error(), coded.Error(), w.coded(coded), 1)
}

// Sentence is Error as a sentence.
func (w Words) Sentence(err error) string {
	return w.Say("sentence.end", "What", capital(w.Error(err)))
}

// coded is a fault in the reader's language, or in English where that has no
// message for its code: another process may be newer.
func (w Words) coded(f fault.Coded) string {
	args := f.FaultArgs()
	pairs := make([]string, len(args))
	for i, arg := range args {
		if cause, ok := arg.(error); ok {
			pairs[i] = w.Error(cause)
		} else {
			pairs[i] = fmt.Sprint(arg)
		}
	}
	if said, ok := w.p.Lookup("fault."+f.FaultCode(), pairs...); ok && w.Language() != "en" {
		return said
	}
	return f.Error()
}

// Translate is a sentence that the program's inside has made, in English, for
// people: they read it in their language.
func (w Words) Translate(sentence string) string { return w.p.Translate(sentence) }
