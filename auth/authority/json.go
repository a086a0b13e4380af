package authority

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

var byteOrderMark = []byte("\ufeff")

// parseObject reads exactly one JSON object. Unlike for a Go struct, names must
// match exactly. The last of duplicate names counts.
func parseObject(raw []byte) (map[string]json.RawMessage, bool) {
	raw = bytes.TrimLeft(bytes.TrimPrefix(raw, byteOrderMark), " \t\r\n")
	if !bytes.HasPrefix(raw, []byte("{")) {
		return nil, false
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return nil, false
	}
	return members, true
}

// parseRecord is parseObject for an answer with these members. For Codex a list of
// their values, in this order and complete, is the same.
func parseRecord(raw []byte, names ...string) (members map[string]json.RawMessage, listed, ok bool) {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil || len(list) != len(names) {
		members, ok = parseObject(raw)
		return members, false, ok
	}
	members = make(map[string]json.RawMessage, len(names))
	for i, name := range names {
		members[name] = list[i]
	}
	return members, true, true
}

// tooDeep reports whether valid JSON is nested more deeply than Codex reads what it
// has no fixed form for.
func tooDeep(raw []byte) bool {
	const deepest = 127
	depth := 0
	for dec := json.NewDecoder(bytes.NewReader(raw)); depth <= deepest; {
		token, err := dec.Token()
		switch {
		case err != nil:
			return false
		case token == json.Delim('{'), token == json.Delim('['):
			depth++
		case token == json.Delim('}'), token == json.Delim(']'):
			depth--
		}
	}
	return true
}

// parseText reads a JSON string that has a UTF-8 form. encoding/json would
// replace invalid parts.
func parseText(raw json.RawMessage) (string, bool) {
	if !bytes.HasPrefix(raw, []byte(`"`)) || !utf8.Valid(raw) || loneSurrogate(raw) {
		return "", false
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err == nil
}

// loneSurrogate looks in valid JSON for a \uD800–\uDFFF escape without its
// other half.
func loneSurrogate(raw []byte) bool {
	var high rune // a first half waiting for its second
	for i := 0; i < len(raw); i++ {
		var unit rune
		if raw[i] == '\\' {
			i++
			if raw[i] == 'u' {
				v, _ := strconv.ParseUint(string(raw[i+1:i+5]), 16, 16) // valid JSON has four digits
				unit = rune(v)
				i += 4
			}
		}
		switch {
		case high != 0:
			if utf16.DecodeRune(high, unit) == unicode.ReplacementChar {
				return true
			}
			high = 0
		case unit >= 0xDC00 && unit <= 0xDFFF:
			return true
		case utf16.IsSurrogate(unit):
			high = unit
		}
	}
	return high != 0
}

// parseOnce is parseObject as Codex reads an answer that it needs whole: a byte
// order mark is an error, and so is one of the names that appears twice.
func parseOnce(raw []byte, names ...string) (map[string]json.RawMessage, bool) {
	members, ok := parseObject(raw)
	if !ok || bytes.HasPrefix(raw, byteOrderMark) {
		return nil, false
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	_, _ = dec.Token() // the object, which parses
	seen := make(map[string]bool, len(names))
	for dec.More() {
		token, _ := dec.Token()
		name := token.(string) // inside an object the token is a name
		if seen[name] && slices.Contains(names, name) {
			return nil, false
		}
		seen[name] = true
		var value json.RawMessage
		_ = dec.Decode(&value)
	}
	return members, true
}
