package lang

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// faults is the table of the sentences that the program's inside makes: they
// are English wherever they come from, also from another process, and are
// translated where somebody reads them.
const faults = "fault"

// longest is the length in bytes above which a text is none of ours.
const longest = 4 << 10

// Translate says what the program's inside found, an error's text for one, in
// p's language. Foreign parts of it, a path or the system's own message, and
// sentences that are not in the catalogue stay as they are.
func (p Printer) Translate(english string) string {
	if p.messages == nil || p.tag == language.English || len(english) > longest {
		return english
	}
	return p.translate(english, p.english.patterns())
}

func (p Printer) translate(english string, patterns []pattern) string {
	for _, pat := range patterns {
		found, ok := pat.match(english)
		if !ok {
			continue
		}
		pairs := make([]string, 0, 2*len(found))
		for i, text := range found {
			pairs = append(pairs, pat.names[i], p.translate(strings.TrimSpace(text), patterns))
		}
		return p.Say(pat.id, pairs...)
	}
	what, why, join := split(english)
	if join == "" {
		return english
	}
	said, reason := p.translate(what, patterns), p.translate(why, patterns)
	if said == what && reason == why {
		return english
	}
	return p.Say(join, "What", said, "Why", reason)
}

// split cuts a text in two where Go's errors say why, or ours what to do about
// it, and names the message that joins the two; "" when there is nothing to cut.
// It cuts at the first such place only, so that a text from outside, full of
// colons, takes no longer than any other.
func split(text string) (what, why, join string) {
	because, advice := strings.Index(text, ": "), strings.Index(text, "; ")
	switch {
	case because < 0 && advice < 0:
		return text, "", ""
	case advice < 0, because >= 0 && because < advice:
		return text[:because], text[because+2:], "join.because"
	}
	return text[:advice], text[advice+2:], "join.advice"
}

// pattern is an English message in reverse: from the text to what stood in its
// placeholders.
type pattern struct {
	id     string
	fixed  []string // the texts before, between and after the placeholders
	names  []string // of the placeholders
	weight int      // how much of a text the pattern decides
}

// patterns are messages in reverse, the most definite first.
func patterns(messages []*i18n.Message) []pattern {
	list := make([]pattern, 0, len(messages))
	for _, m := range messages {
		list = append(list, newPattern(m.ID, m.Other))
	}
	// One that says how a text begins goes before one that says only its end.
	slices.SortFunc(list, func(a, b pattern) int {
		return cmp.Or(min(len(b.fixed[0]), 1)-min(len(a.fixed[0]), 1), b.weight-a.weight, strings.Compare(a.id, b.id))
	})
	return list
}

func newPattern(id, text string) pattern {
	pat := pattern{id: id}
	for {
		before, rest, found := strings.Cut(text, "{{.")
		pat.fixed = append(pat.fixed, before)
		pat.weight += len(before)
		if !found {
			return pat
		}
		var name string
		name, text, _ = strings.Cut(rest, "}}")
		pat.names = append(pat.names, name)
	}
}

// match reports whether text is the pattern's, and what stands in its
// placeholders, which may be nothing between two texts. One at the beginning
// does not reach across a colon: what stands before that is another text.
func (p pattern) match(text string) (found []string, ok bool) {
	last := len(p.names)
	if last == 0 {
		return nil, text == p.fixed[0]
	}
	if text, ok = strings.CutPrefix(text, p.fixed[0]); !ok || p.weight == 0 {
		return nil, false
	}
	if text, ok = strings.CutSuffix(text, p.fixed[last]); !ok {
		return nil, false
	}
	for i, between := range p.fixed[1 : last+1] {
		value := text
		if i+1 < last {
			if value, text, ok = strings.Cut(text, between); !ok {
				return nil, false
			}
		}
		if value == "" && (p.fixed[i] == "" || between == "") || p.fixed[0] == "" && i == 0 && strings.Contains(value, ": ") {
			return nil, false
		}
		found = append(found, value)
	}
	return found, true
}
