package cli

import (
	"strings"
	"unicode/utf8"
)

// widestHelp is how wide a help text gets, however wide the screen is.
const widestHelp = 100

// block is a part of a help text that is folded as one.
type block struct {
	// head is what stands before the text: an indent, in a list with a term and a gap.
	head, text string
}

// term reports whether head is more than an indent.
func (b block) term() bool { return strings.TrimSpace(b.head) != "" }

// reflow lays out a help text in this language for the screen: its paragraphs, and its
// lists, whose entries are a term and, after a gap, what is said of it. Of examples only
// what is said of them is folded, because the others are to be copied.
func (s Screen) reflow(text, language string, examples bool) string {
	if !s.Terminal {
		return text
	}
	columns := min(s.columns(), widestHelp)
	s.Width = func() int { return columns }
	var lines []string
	for _, b := range blocks(text, language) {
		indent := strings.Repeat(" ", cells(b.head))
		switch {
		case examples && !b.term():
			lines = append(lines, b.head+b.text)
			continue
		case cells(b.head) > columns/2: // beside it is too little room
			lines = append(lines, strings.TrimRight(b.head, " "))
			indent = strings.Repeat(" ", 8)
			b.head = indent
		}
		for i, line := range s.fold(b.text, indent) {
			if i == 0 {
				line = b.head + line
			} else {
				line = indent + line
			}
			lines = append(lines, strings.TrimRight(line, " "))
		}
	}
	return strings.Join(lines, "\n")
}

// blocks parts a help text. A line goes on with the block before it if it begins where
// that one's text does, in a list or in a paragraph that is not indented.
func blocks(text, language string) (all []block) {
	for _, line := range strings.Split(text, "\n") {
		rest := strings.TrimLeft(line, " ")
		b := block{line[:len(line)-len(rest)], rest}
		if n := len(all) - 1; n >= 0 && rest != "" && all[n].text != "" &&
			cells(all[n].head) == len(b.head) && (all[n].term() || b.head == "") {
			all[n].text = join(all[n].text, rest, language)
			continue
		}
		if term, said, gap := strings.Cut(rest, "  "); gap && b.head != "" {
			said = strings.TrimLeft(said, " ")
			b = block{b.head + term + strings.Repeat(" ", cells(rest)-cells(term)-cells(said)), said}
		}
		all = append(all, b)
	}
	return all
}

// join puts two lines of a text together. Chinese and Japanese have no space there,
// except Chinese beside Latin letters.
func join(line, next, language string) string {
	before, _ := utf8.DecodeLastRuneInString(line)
	after, _ := utf8.DecodeRuneInString(next)
	latin := before < utf8.RuneSelf || after < utf8.RuneSelf
	both := before < utf8.RuneSelf && after < utf8.RuneSelf
	switch {
	case strings.HasPrefix(language, "zh") && (!latin || mark(before) || mark(after)), language == "ja" && !both:
		return line + next
	}
	return line + " " + next
}

// mark reports whether a character is a wide mark, which has its space in itself.
func mark(r rune) bool {
	return strings.ContainsRune("，。；：！？、（）「」『』《》", r)
}
