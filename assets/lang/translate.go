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

// Translate says what the program's inside found, an error's text for one, in
// p's language. Foreign parts of it, a path or the system's own message, and
// sentences that are not in the catalogue stay as they are.
func (p Printer) Translate(english string) string {
	if p.messages == nil || p.tag == language.English {
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
	// Go's errors say what failed and then why, and ours what to do about it.
	for _, join := range []struct{ between, id string }{{": ", "join.because"}, {"; ", "join.advice"}} {
		what, why, more := strings.Cut(english, join.between)
		if !more {
			continue
		}
		said, reason := p.translate(what, patterns), p.translate(why, patterns)
		if said != what || reason != why {
			return p.Say(join.id, "What", said, "Why", reason)
		}
	}
	return english
}

// pattern is an English message in reverse: from the text to what stood in its
// placeholders.
type pattern struct {
	id    string
	fixed []string // the texts before, between and after the placeholders
	names []string // of the placeholders
}

// patterns are messages in reverse, the most definite first.
func patterns(messages []*i18n.Message) []pattern {
	list := make([]pattern, 0, len(messages))
	for _, m := range messages {
		list = append(list, newPattern(m.ID, m.Other))
	}
	// One that says how a text begins goes before one that says only its end.
	slices.SortFunc(list, func(a, b pattern) int {
		return cmp.Or(min(len(b.fixed[0]), 1)-min(len(a.fixed[0]), 1), b.weight()-a.weight(), strings.Compare(a.id, b.id))
	})
	return list
}

func newPattern(id, text string) pattern {
	pat := pattern{id: id}
	for {
		before, rest, found := strings.Cut(text, "{{.")
		pat.fixed = append(pat.fixed, before)
		if !found {
			return pat
		}
		var name string
		name, text, _ = strings.Cut(rest, "}}")
		pat.names = append(pat.names, name)
	}
}

// weight is how much of a text the pattern decides.
func (p pattern) weight() int { return len(strings.Join(p.fixed, "")) }

// match reports whether text is the pattern's, and what stands in its
// placeholders, which may be nothing between two texts. One at the beginning
// does not reach across a colon: what stands before that is another text.
func (p pattern) match(text string) (found []string, ok bool) {
	last := len(p.names)
	if last == 0 {
		return nil, text == p.fixed[0]
	}
	text, ok = strings.CutPrefix(text, p.fixed[0])
	if !ok || p.weight() == 0 {
		return nil, false
	}
	if text, ok = strings.CutSuffix(text, p.fixed[last]); !ok {
		return nil, false
	}
	for _, between := range p.fixed[1:last] {
		value, rest, has := strings.Cut(text, between)
		if !has || value == "" && len(found) == 0 && p.fixed[0] == "" {
			return nil, false
		}
		found, text = append(found, value), rest
	}
	found = append(found, text)
	return found, (text != "" || p.fixed[last] != "") && (p.fixed[0] != "" || !strings.Contains(found[0], ": "))
}
