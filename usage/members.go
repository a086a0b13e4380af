package usage

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// members are the members of a JSON object. Names match exactly, as in Codex,
// and missing ones are nil.
type members map[string]json.RawMessage

// object reads a JSON object; ok is false for anything else.
func object(raw json.RawMessage) (m members, ok bool) {
	if !bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte("{")) {
		return nil, false
	}
	return m, json.Unmarshal(raw, &m) == nil
}

// number reads a number, or a number written as a string; anything else is nil.
func number(raw json.RawMessage) *float64 {
	n, err := strconv.ParseFloat(strings.Trim(string(raw), `" `), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return nil
	}
	return &n
}

// moment converts a Unix time; one outside the calendar becomes the zero time.
func moment(n *float64) time.Time {
	const endOfTime = 253402300799 // the last second of the year 9999
	if n == nil || *n <= 0 || *n > endOfTime {
		return time.Time{}
	}
	return time.Unix(int64(*n), 0).UTC()
}

// text reads a string; anything else is "".
func text(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s)
	return s
}

// maxWord is how many characters of a name are kept.
const maxWord = 64

// word reads a string to show to people. It drops characters that could move a
// terminal's cursor or change the direction of text.
func word(raw json.RawMessage) string {
	kept := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text(raw)))
	return strings.TrimSpace(string(kept[:min(len(kept), maxWord)]))
}

// amount reads an amount, which is a string in some answers and a number in
// others.
func amount(raw json.RawMessage) string {
	if s := word(raw); s != "" {
		return s
	}
	if n := number(raw); n != nil {
		return strconv.FormatFloat(*n, 'f', -1, 64)
	}
	return ""
}

// any reports whether one of these members is there, with whatever value.
func (m members) any(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		_, there := m[name]
		return there
	})
}
