package cli

import (
	"strings"

	"golang.org/x/text/width"
)

// fold breaks a text into lines that fit the screen after an indent. It breaks
// nothing if the output is not a terminal. A word that is too long for any line
// is not broken, because it may be a path to copy.
func (s Screen) fold(text, indent string) (lines []string) {
	if !s.Terminal {
		return []string{text}
	}
	room := max(20, s.columns()-cells(indent))
	line := ""
	for _, word := range pieces(text) {
		if line != "" && cells(line)+cells(strings.TrimRight(word, " ")) > room {
			lines = append(lines, strings.TrimRight(line, " "))
			line = ""
		}
		line += word
	}
	return append(lines, line)
}

// pieces are the parts of a text between which a line may break: after a space,
// and beside a character that is two cells wide, like Chinese ones.
func pieces(text string) (list []string) {
	start, before := 0, rune(0)
	for i, r := range text {
		if i > start && (before == ' ' && r != ' ' || wide(r) && !closing(r) || wide(before) && r != ' ' && !closing(r)) {
			list = append(list, text[start:i])
			start = i
		}
		before = r
	}
	return append(list, text[start:])
}

// closing reports whether a line may not begin with a character.
func closing(r rune) bool { return strings.ContainsRune("，。；：！？、）」』》”’", r) }

// wide reports whether a character is two cells wide.
func wide(r rune) bool {
	k := width.LookupRune(r).Kind()
	return k == width.EastAsianWide || k == width.EastAsianFullwidth
}

// cells returns the width of a text, in terminal cells.
func cells(text string) (n int) {
	for _, r := range text {
		n++
		if wide(r) {
			n++
		}
	}
	return n
}
