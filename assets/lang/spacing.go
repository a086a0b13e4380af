package lang

import "unicode"

// Marks around what stands in a placeholder, from the private use area.
const (
	opens  = '\uE000'
	closes = '\uE001'
)

// marked are the values with their ends marked.
func marked(values map[string]string) map[string]string {
	m := make(map[string]string, len(values))
	for name, text := range values {
		m[name] = string(opens) + text + string(closes)
	}
	return m
}

// spaced removes the marks, and the spaces beside them that stand between two
// Chinese characters. A catalogue in Chinese has a space between a character
// and a placeholder, as between a character and a Latin word; where Chinese
// turns out to stand in the placeholder there is none.
func spaced(text string) string {
	from := []rune(text)
	to := make([]rune, 0, len(from))
	for i, r := range from {
		if r == opens || r == closes || r == ' ' && needless(from, i) {
			continue
		}
		to = append(to, r)
	}
	return string(to)
}

// needless reports whether the space at i is beside a mark and between two
// Chinese characters, or the second of two with nothing between them.
func needless(text []rune, i int) bool {
	before, after := i-1, i+1
	for before >= 0 && (text[before] == opens || text[before] == closes) {
		before--
	}
	if i > 2 && text[i-1] == closes && text[i-2] == opens && text[i-3] == ' ' {
		return true // nothing stands in the placeholder
	}
	for after < len(text) && (text[after] == opens || text[after] == closes) {
		after++
	}
	return before >= 0 && after < len(text) && (before < i-1 || after > i+1) &&
		wide(text[before]) && wide(text[after])
}

// wide reports whether a rune is a Chinese character or one of its marks.
func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= '\u3000' && r <= '\u303F' || r >= '\uFF01' && r <= '\uFF60'
}
