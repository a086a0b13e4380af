package words

import "rekey/assets/lang"

// Words says things in one language. It is a value, immutable and safe for
// concurrent use; create it with New. Every face gets one.
type Words struct{ p lang.Printer }

// New returns the words of a language.
func New(p lang.Printer) Words { return Words{p} }

// English returns the English words, for tests and for text that no person
// reads.
func English() Words { return New(lang.For("en")) }

// Say returns a message of the catalogue that belongs to one face: a label, a
// title. pairs are names of placeholders and their texts, as in
// lang.Printer.Say.
func (w Words) Say(id string, pairs ...string) string { return w.p.Say(id, pairs...) }

// Language is the tag of the language: "en" or "zh-Hans".
func (w Words) Language() string { return w.p.Language() }
