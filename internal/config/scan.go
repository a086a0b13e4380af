package config

import (
	"bytes"
	"errors"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// document is the outline of a file: where each key is set.
type document struct {
	entries []entry // outside of tables
	tables  []entry // their headings
	broken  *defect // the first line that is not TOML, nil for none
}

// entry is one "key = value" or one "[table]". Its places are offsets into the
// whole text, 0 for what it has not.
type entry struct {
	name            string // with dots between its parts
	line            int    // from 1
	key, value, end int    // where the key and the value begin, and the last of them ends
}

// defect is what is wrong with a line.
type defect struct {
	line int
	what string
}

// maxSlips is how many invalid lines are tolerated before the rest is not read.
const maxSlips = 20

// scan outlines a text. After a line that is not TOML it goes on with the next,
// so that one typing error does not take every setting below it.
func scan(data []byte) (d document) {
	data = data[:len(data):len(data)] // as the parser wants to tell where an error is
	for from, slips := 0, 0; from < len(data) && slips < maxSlips; slips++ {
		at, err := d.read(data, from)
		if err == nil {
			break
		}
		if d.broken == nil {
			d.broken = &defect{lineAt(data, at), strings.TrimPrefix(err.Error(), "toml: ")}
		}
		from = endOfLine(data, at)
	}
	return d
}

// read outlines a text from a place on. It stops at an error, and returns where
// that is.
func (d *document) read(data []byte, from int) (at int, err error) {
	var p unstable.Parser
	p.Reset(data[from:])
	for p.NextExpression() {
		e := outline(p.Expression(), data, from)
		if e.value == 0 {
			d.tables = append(d.tables, e)
			continue
		}
		// The parser knows less than the decoder.
		if err := toml.Unmarshal(data[e.key:e.end], new(map[string]any)); err != nil {
			row := 1
			if found := new(toml.DecodeError); errors.As(err, &found) {
				row, _ = found.Position()
			}
			at := e.key
			for range row - 1 {
				at = endOfLine(data, at)
			}
			return at, err
		}
		if len(d.tables) == 0 {
			d.entries = append(d.entries, e)
		}
	}
	if found := new(unstable.ParserError); errors.As(p.Error(), &found) {
		return from + int(p.Range(found.Highlight).Offset), found
	}
	return len(data), p.Error()
}

// outline is the outline of an expression in a text that was parsed from a place
// on.
func outline(n *unstable.Node, data []byte, from int) (e entry) {
	var names []string
	for keys := n.Key(); keys.Next(); {
		key := keys.Node()
		begin := from + int(key.Raw.Offset)
		if names == nil {
			e.key, e.line = begin, lineAt(data, begin)
		}
		names, e.end = append(names, string(key.Data)), begin+int(key.Raw.Length)
	}
	e.name = strings.Join(names, ".")
	if n.Kind == unstable.KeyValue {
		afterKey := data[e.end+bytes.IndexByte(data[e.end:], '=')+1:]
		e.value = len(data) - len(bytes.TrimLeft(afterKey, " \t"))
		e.end = e.key + int(n.Raw.Length)
	}
	return e
}

// lineAt returns the line number at an offset, from 1.
func lineAt(data []byte, at int) int { return 1 + bytes.Count(data[:at], []byte("\n")) }
