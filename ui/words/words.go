package words

import "rekey/assets/lang"

// Words says things in one language. It is a value, immutable and safe for
// concurrent use; make it with New. Every face is handed one.
type Words struct{ p lang.Printer }

// New are the words of a language.
func New(p lang.Printer) Words { return Words{p} }

// English are the words for tests, and for what is not said to anybody.
func English() Words { return New(lang.For("en")) }

// Say is a message of the catalogue that is nobody's but one face's: a label,
// a title. Pairs are names of placeholders and their texts, as in
// lang.Printer.Say.
func (w Words) Say(id string, pairs ...string) string { return w.p.Say(id, pairs...) }

// Language is the tag of the language: "en" or "zh-Hans".
func (w Words) Language() string { return w.p.Language() }
