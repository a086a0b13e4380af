package config

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rekey/internal/fault"
)

// Edit is the change of one key's value. Make it with Set.
type Edit struct {
	key     string
	literal string // as written in the file
	items   []string
	broken  bool // it is not text
}

// Set returns the edit that sets a key to a value. Change validates it.
func Set[T bool | string | []string | []int](key string, value T) Edit {
	e := Edit{key: key}
	switch value := any(value).(type) {
	case bool:
		e.literal = strconv.FormatBool(value)
	case []int:
		e.literal = list(value, strconv.Itoa)
	case string:
		e.literal, e.broken = quoted(value), !utf8.ValidString(value)
	case []string:
		e.literal, e.items = list(value, quoted), value
		e.broken = slices.ContainsFunc(value, func(item string) bool { return !utf8.ValidString(item) })
	}
	return e
}

// quoted is a TOML basic string.
func quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// check says what is wrong with an edit, nil for nothing.
func (e Edit) check(path string, home func() (string, error)) error {
	if _, known := lookup(e.key); !known {
		return &Problem{Code: CodeUnknownKey, Key: e.key, What: unknownKey(e.key)}
	}
	if e.broken {
		return &Problem{Code: CodeBadValue, Key: e.key, What: fault.New("setting_no_text", "{{.Key}} is not valid text; use another value", "Key", e.key)}
	}
	_, found := Default().parse(path, []byte(e.key+" = "+e.literal), home)
	if len(found) == 0 {
		return nil
	}
	found[0].Path, found[0].Line = "", 0 // it is in no file yet
	return found[0]
}

// apply applies the edit to a text and changes only the bytes of the value. A
// key that is not set yet is added on a line of its own, after the other keys
// and above every table.
func (e Edit) apply(data []byte) []byte {
	d := scan(data)
	if i := slices.IndexFunc(d.entries, func(f entry) bool { return f.name == e.key }); i >= 0 {
		from, to := d.entries[i].value, d.entries[i].end
		return splice(data, from, to, cmp.Or(inLines(data[from:to], e.items), e.literal))
	}
	eol := "\n"
	if i := bytes.IndexByte(data, '\n'); i > 0 && data[i-1] == '\r' {
		eol = "\r\n"
	}
	line := e.key + " = " + e.literal
	at := len(data)
	switch {
	case len(d.entries) > 0:
		at = endOfLine(data, d.entries[len(d.entries)-1].end)
	case len(d.tables) > 0:
		at = aboveComments(data, d.tables[0].key)
	}
	if at > 0 && data[at-1] != '\n' { // the last line, which has no end
		return splice(data, at, at, eol+line)
	}
	return splice(data, at, at, line+eol)
}

func splice(data []byte, from, to int, text string) []byte {
	return slices.Concat(data[:from], []byte(text), data[to:])
}

// endOfLine is where the line after the one at begins, or the end.
func endOfLine(data []byte, at int) int {
	if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(data)
}

// aboveComments returns where the line at begins, including the comments right
// above it.
func aboveComments(data []byte, at int) int {
	at = bytes.LastIndexByte(data[:at], '\n') + 1
	for at > 0 {
		above := bytes.LastIndexByte(data[:at-1], '\n') + 1
		if !bytes.HasPrefix(bytes.TrimLeft(data[above:at], " \t"), []byte("#")) {
			break
		}
		at = above
	}
	return at
}

// list is a TOML array of what literal makes of each item.
func list[T any](items []T, literal func(T) string) string {
	literals := make([]string, len(items))
	for i, item := range items {
		literals[i] = literal(item)
	}
	return "[" + strings.Join(literals, ", ") + "]"
}
