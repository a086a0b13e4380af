package config

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"strings"

	"github.com/creachadair/tomledit/parser"
	"github.com/creachadair/tomledit/scanner"
	"github.com/pelletier/go-toml/v2"
)

// document is the outline of a file: what is set where.
type document struct {
	entries []entry // outside of tables
	tables  []entry // their headings
	broken  *defect // the first line that is not TOML, nil for none
}

// entry is one "key = value", one "[table]", or a line that says neither. Its
// places are offsets into the whole text, 0 for what it has not.
type entry struct {
	name            string // with dots between its parts
	line            int    // from 1
	key, value, end int    // where the key and the value begin, and the last of them ends
	next            int    // where the next line begins
}

// defect is what is wrong with a line.
type defect struct {
	line int
	what string
}

// maxSlips is how many lines may not be TOML. After more, the rest is not read.
const maxSlips = 20

// scan outlines a text. After a line that is not TOML it goes on with the next,
// so that one typing error does not take every setting below it.
func scan(data []byte) (d document) {
	for from, slips := 0, 0; from < len(data) && slips < maxSlips; {
		e, err := cut(data, from)
		if row, what := check(data[from:e.next], err); row > 0 {
			if slips++; d.broken == nil {
				d.broken = &defect{lineAt(data, from) + row - 1, what}
			}
			for range row {
				from = endOfLine(data, from)
			}
			continue
		}
		switch {
		case e.value > 0 && len(d.tables) == 0:
			d.entries = append(d.entries, e)
		case e.value == 0 && e.end > 0:
			e.name = keyName(bytes.Trim(data[e.key:e.end], "[]"))
			d.tables = append(d.tables, e)
		}
		from = e.next
	}
	return d
}

// cut finds the first entry at or after a place. Beside an error, next is where
// the line after that begins.
func cut(data []byte, from int) (e entry, err error) {
	sc := scanner.New(bytes.NewReader(data[from:]))
	depth, equals := 0, 0
	for err = sc.Next(); err == nil; err = sc.Next() {
		token, begin, end := sc.Token(), from+sc.Span().Pos, from+sc.Span().End
		switch token {
		case scanner.Newline, scanner.Comment:
			if depth <= 0 {
				e.next = end
				return e, nil
			}
			continue
		case scanner.LBracket, scanner.LInline:
			depth++
		case scanner.RBracket, scanner.RInline:
			depth--
		}
		switch {
		case e.end == 0:
			e.key, e.line = begin, lineAt(data, begin)
		case equals > 0 && e.value == 0:
			e.value = begin
		case equals == 0 && token == scanner.Equal:
			e.name, equals = keyName(data[e.key:begin]), begin
		}
		e.end = end
	}
	if errors.Is(err, io.EOF) {
		e.next = len(data)
		return e, nil
	}
	e.next = endOfLine(data, from+sc.Span().End-1)
	return e, err
}

// check finds the row, from 1, in which an entry is not TOML, 0 for none. The
// scanner knows less than the decoder.
func check(text []byte, scanned error) (row int, what string) {
	err := toml.Unmarshal(text, new(map[string]any))
	var found *toml.DecodeError
	if errors.As(err, &found) {
		row, _ = found.Position()
	}
	if err = cmp.Or(err, scanned); err == nil {
		return 0, ""
	}
	return max(row, 1), strings.TrimPrefix(err.Error(), "toml: ")
}

// keyName joins the parts of a key, "" for what is none.
func keyName(text []byte) string {
	key, _ := parser.ParseKey(string(text))
	return strings.Join(key, ".")
}

// lineAt counts from 1.
func lineAt(data []byte, at int) int { return 1 + bytes.Count(data[:at], []byte("\n")) }
