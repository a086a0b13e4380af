package config

import (
	"bytes"
	"errors"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// document is the outline of a file: what is set where. Offsets are into the
// whole text.
type document struct {
	entries []entry // outside of tables
	tables  []heading
	broken  *defect // the first line that is not TOML, nil for none
}

// entry is one "key = value".
type entry struct {
	name       string // with dots between its parts
	line       int
	value, end int // where the value begins and ends
}

// heading is one "[table]".
type heading struct {
	name string
	line int
	at   int // where the line begins
}

// defect is what the parser stumbles over.
type defect struct {
	line int
	what string
}

// scan outlines a text. After a line that is not TOML it goes on with the next,
// so that one slip of the pen does not take every setting below it.
func scan(data []byte) document {
	var d document
	for from := 0; from < len(data); {
		next := d.scanFrom(data, from)
		if next < 0 {
			break
		}
		from = next
	}
	return d
}

// scanFrom scans until the end, then it returns -1, or until something that is
// not TOML, then it returns where the line after that begins.
func (d *document) scanFrom(data []byte, from int) int {
	text := data[from:]
	var p unstable.Parser
	p.Reset(text)
	for p.NextExpression() {
		switch node := p.Expression(); node.Kind {
		case unstable.KeyValue:
			if len(d.tables) == 0 {
				d.entries = append(d.entries, entryOf(data, from, node))
			}
		case unstable.Table, unstable.ArrayTable:
			name, first, _ := nameOf(node.Key())
			at := from + int(first.Offset)
			d.tables = append(d.tables, heading{name, lineAt(data, at), bytes.LastIndexByte(data[:at], '\n') + 1})
		}
	}
	if p.Error() == nil {
		return -1
	}
	at := from + offsetOf(text, p.Error())
	if d.broken == nil {
		d.broken = &defect{lineAt(data, at), p.Error().Error()}
	}
	eol := bytes.IndexByte(data[at:], '\n')
	if eol < 0 {
		return -1
	}
	return at + eol + 1
}

// entryOf takes an entry apart. The value stands between the equals sign after
// the last part of the key and the end of the node.
func entryOf(data []byte, from int, node *unstable.Node) entry {
	name, first, last := nameOf(node.Key())
	value := from + int(last.Offset+last.Length)
	value += bytes.IndexByte(data[value:], '=') + 1
	for data[value] == ' ' || data[value] == '\t' {
		value++
	}
	return entry{
		name: name, line: lineAt(data, from+int(first.Offset)),
		value: value, end: from + int(node.Raw.Offset+node.Raw.Length),
	}
}

// nameOf joins the parts of a key. first and last are where they stand.
func nameOf(key unstable.Iterator) (name string, first, last unstable.Range) {
	var parts []string
	for key.Next() {
		part := key.Node()
		if parts == nil {
			first = part.Raw
		}
		last = part.Raw
		parts = append(parts, string(part.Data))
	}
	return strings.Join(parts, "."), first, last
}

// offsetOf is where in text the parser stumbled.
func offsetOf(text []byte, err error) int {
	var stumbled *unstable.ParserError
	if !errors.As(err, &stumbled) {
		return 0
	}
	// It shares the text's array, whose end both know.
	return min(max(cap(text)-cap(stumbled.Highlight), 0), len(text)-1)
}

// lineAt counts from 1.
func lineAt(data []byte, at int) int { return 1 + bytes.Count(data[:at], []byte("\n")) }
