package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"rekey/auth"
)

// longest is the length in characters above which a field's text is cut.
const longest = 200

// Line makes one short line of a text that others wrote, an e-mail address in a
// token for one: see OneLine.
func Line(text string) string { return Clip(OneLine(text), longest) }

// OneLine makes one line of a text that others wrote, whole, because half an
// address or a path is useless: no line breaks, no characters that steer a
// terminal or the direction of writing.
func OneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.C), r == utf8.RuneError:
			return -1
		}
		return r
	}, text))
}

// Clip cuts text to at most limit characters, the last of which is then an
// ellipsis.
func Clip(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	runes := []rune(text)
	return strings.TrimRight(string(runes[:limit-1]), " ") + "…"
}

// Wrap splits text that is longer than limit characters after the last word that fits.
func Wrap(text string, limit int) (line, rest string) {
	if utf8.RuneCountInString(text) <= limit {
		return text, ""
	}
	runes := []rune(text)
	line = string(runes[:limit])
	if end := strings.LastIndexByte(string(runes[:limit+1]), ' '); end > 0 {
		line = text[:end]
	}
	return line, strings.TrimPrefix(text[len(line):], " ")
}

// Problem is what stands in the way as a sentence, "" when nothing does: what
// State.Problem says in English.
func (w Words) Problem(s auth.State) string {
	if err := s.Cause.Err(); err != nil {
		return Capital(Line(w.Error(err)))
	}
	return Capital(Line(s.Problem)) // of a process that tells no cause
}

// base is the last element of a path of any system, or the text as it is.
func base(path string) string {
	if i := strings.LastIndexAny(path, `/\`); i >= 0 && i+1 < len(path) {
		return path[i+1:]
	}
	return path
}

// Capital makes a sentence of an error's text.
func Capital(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + text[n:]
}
