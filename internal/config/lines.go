package config

import (
	"bytes"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// inLines changes a list that is written in several lines to these items, item by
// item, so that the comments in it stay. It returns "" if that is not possible:
// then the list is written anew.
func inLines(raw []byte, items []string) string {
	if !bytes.Contains(raw, []byte("\n")) || len(items) == 0 {
		return ""
	}
	old := placesIn(raw)
	text, kept := string(raw), len(old)
	for i := len(old) - 1; i >= 0; i-- {
		if !slices.Contains(items, old[i].name) {
			text, kept = withoutItem(text, old[i]), kept-1
		}
	}
	if kept < len(items) && kept == len(old) && kept > 0 {
		text = withItems(text, old[kept-1], items[kept:])
	}
	var now []string
	if decode([]byte(text), &now, TypePaths) != nil || !slices.Equal(now, items) {
		return ""
	}
	return text
}

// placesIn are the texts of a list and where each begins and ends.
func placesIn(raw []byte) (places []entry) {
	const before = "Value = "
	var p unstable.Parser
	p.Reset(append([]byte(before), raw...))
	if !p.NextExpression() {
		return nil
	}
	for children := p.Expression().Value().Children(); children.Next(); {
		n := children.Node()
		if n.Kind != unstable.String {
			continue // a comment
		}
		begin := int(n.Raw.Offset) - len(before)
		places = append(places, entry{name: string(n.Data), value: begin, end: begin + int(n.Raw.Length)})
	}
	return places
}

// withoutItem removes an item, and its line if it was alone there.
func withoutItem(text string, item entry) string {
	from, to := item.value, item.end
	to += len(text[to:]) - len(strings.TrimPrefix(strings.TrimLeft(text[to:], " \t"), ","))
	begin := strings.LastIndexByte(text[:from], '\n') + 1
	rest, _, more := strings.Cut(text[to:], "\n")
	if note := strings.TrimSpace(rest); more && strings.TrimSpace(text[begin:from]) == "" && (note == "" || note[0] == '#') {
		from, to = begin, to+len(rest)+1
	}
	return text[:from] + text[to:]
}

// withItems adds items, each on a line of its own, above that of the last bracket.
func withItems(text string, last entry, items []string) string {
	if !strings.HasPrefix(strings.TrimLeft(text[last.end:], " \t"), ",") {
		text = text[:last.end] + "," + text[last.end:]
	}
	end := strings.LastIndexByte(text, '\n') + 1
	begin := strings.LastIndexByte(text[:last.value], '\n') + 1
	indent := text[begin : begin+len(text[begin:])-len(strings.TrimLeft(text[begin:], " \t"))]
	eol := "\n"
	if strings.HasSuffix(text[:end], "\r\n") {
		eol = "\r\n"
	}
	var lines strings.Builder
	for _, item := range items {
		lines.WriteString(indent + quoted(item) + "," + eol)
	}
	return text[:end] + lines.String() + text[end:]
}
