// Package lang says the program's messages in the reader's language, from the
// catalogues in assets/translations.
//
// A message has an id, "state.signed_out". English is what is said when a
// reader's language is not among ours, or where a catalogue leaves a gap.
package lang

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"rekey/internal/fault"
)

// Printer says messages in one language. It is a value, immutable and safe for
// concurrent use. Make it with For; the zero Printer says nothing but ids.
type Printer struct {
	tag      language.Tag
	messages *catalogue
	english  *catalogue // where messages has a gap
}

// For is the Printer for a reader who wants one of these languages, the first
// most. Each may be a language tag ("zh-Hans"), a locale of POSIX
// ("zh_CN.UTF-8"), or the list of an Accept-Language header.
func For(wanted ...string) Printer {
	tag := match(wanted)
	p := Printer{tag: tag, messages: &catalogue{tag: tag}}
	p.english = p.messages
	if tag != language.English {
		p.english = &catalogue{tag: language.English}
	}
	return p
}

// Language is the tag of what p says: "en" or "zh-Hans".
func (p Printer) Language() string { return p.tag.String() }

// Say is the message id. Its placeholders stand in pairs of a name and the text
// for it: Say("state.refused", "Why", why). An id that there is no message for
// is what is said then, so that nobody can overlook it.
func (p Printer) Say(id string, pairs ...string) string {
	return p.say(id, nil, values(pairs))
}

// Count is the message id for a number of things, in the form that the language
// wants for it. The placeholder Count is the number.
func (p Printer) Count(id string, n int, pairs ...string) string {
	v := values(pairs)
	if v == nil {
		v = map[string]string{}
	}
	v["Count"] = strconv.Itoa(n)
	return p.say(id, &n, v)
}

// Lookup is the message id in p's own language; false where that has none.
func (p Printer) Lookup(id string, pairs ...string) (string, bool) {
	if p.messages == nil {
		return "", false
	}
	return p.messages.say(id, nil, values(pairs))
}

func (p Printer) say(id string, count *int, v map[string]string) string {
	for _, c := range []*catalogue{p.messages, p.english} {
		if c == nil {
			continue
		}
		if text, ok := c.say(id, count, v); ok {
			return text
		}
	}
	return id
}

// values makes a map of names and texts in turn. A name without a text has none.
func values(pairs []string) map[string]string {
	if len(pairs) == 0 {
		return nil
	}
	v := make(map[string]string, len(pairs)/2+1)
	for i := 0; i+1 < len(pairs); i += 2 {
		v[pairs[i]] = pairs[i+1]
	}
	return v
}

// Error says what went wrong, as the rest of a sentence: "the sign-in was
// cancelled". A fault is translated by its code. What another program or the
// system has said, and what other code has added around it, stays as it is.
func (p Printer) Error(err error) string {
	var coded fault.Coded
	if !errors.As(err, &coded) {
		return err.Error()
	}
	return strings.Replace(err.Error(), coded.Error(), p.coded(coded), 1)
}

// coded is a fault in p's language, or in English where that has no message for
// its code: the process that it comes from may be newer.
func (p Printer) coded(err fault.Coded) string {
	if p.tag == language.English {
		return err.Error()
	}
	f := err.AsFault()
	args := f.Args()
	pairs := make([]string, len(args))
	for i, arg := range args {
		if cause, ok := arg.(error); ok {
			pairs[i] = p.Error(cause)
		} else {
			pairs[i] = fmt.Sprint(arg)
		}
	}
	if said, ok := p.Lookup("fault."+f.Code(), pairs...); ok {
		return said
	}
	return err.Error()
}
