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
// and beside a Chinese or Japanese character.
func pieces(text string) (list []string) {
	start, before := 0, rune(0)
	for i, r := range text {
		if i > start && (before == ' ' && r != ' ' || (breakable(r) || breakable(before)) && r != ' ' && !closing(r) && !opening(before)) {
			list = append(list, text[start:i])
			start = i
		}
		before = r
	}
	return append(list, text[start:])
}

// closing reports whether a line may not begin with a character, opening whether it may
// not end with it.
func closing(r rune) bool {
	return strings.ContainsRune("，。；：！？、）」』》”’…ー・っゃゅょッャュョ:;,.)]", r)
}
func opening(r rune) bool { return strings.ContainsRune("（「『《“‘([", r) }

// breakable reports whether a line may break beside a character: it is two cells wide,
// and not Korean, which has words.
func breakable(r rune) bool { return wide(r) && (r < '가' || r > '힣') }

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
