package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf16"
)

var errNoText = errors.New("is not a string")

// decodeText decodes a JSON string in which a lone \udc80–\udcff stands for a
// raw byte. encoding/json would make U+FFFD of it.
func decodeText(raw json.RawMessage) (string, error) {
	if len(raw) < 2 || raw[0] != '"' {
		return "", errNoText
	}
	inner := raw[1 : len(raw)-1]
	var out []byte
	for {
		i := rawByte(inner)
		end := i
		if i < 0 {
			end = len(inner)
		}
		var plain string
		if err := json.Unmarshal(slices.Concat([]byte{'"'}, inner[:end], []byte{'"'}), &plain); err != nil {
			return "", fmt.Errorf("a string of the case: %w", err)
		}
		out = append(out, plain...)
		if i < 0 {
			return string(out), nil
		}
		out = append(out, byte(codeUnit(inner[i:])))
		inner = inner[i+6:]
	}
}

// rawByte finds the first escape in the inside of a JSON string that stands
// for a raw byte; -1 when there is none. A low surrogate that completes a pair
// is a character's half and no byte.
func rawByte(inner []byte) int {
	for i := 0; i < len(inner); i++ {
		if inner[i] != '\\' {
			continue
		}
		unit := codeUnit(inner[i:])
		switch {
		case unit < 0:
			i++ // an escape of two characters
		case utf16.DecodeRune(unit, codeUnit(inner[i+6:])) != unicode.ReplacementChar:
			i += 11
		case unit >= 0xdc80 && unit <= 0xdcff:
			return i
		default:
			i += 5
		}
	}
	return -1
}

// codeUnit reads a \uXXXX escape at the start of text; -1 when there is none.
func codeUnit(text []byte) rune {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return -1
	}
	unit, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return rune(unit)
}

// contentOf returns the bytes of a file that a case describes: a string's own
// bytes, anything else as JSON with two spaces and no final newline.
func contentOf(raw json.RawMessage) ([]byte, error) {
	if len(raw) > 0 && raw[0] == '"' {
		text, err := decodeText(raw)
		return []byte(text), err
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, raw, "", "  "); err != nil {
		return nil, fmt.Errorf("a file of the case: %w", err)
	}
	return pretty.Bytes(), nil
}

// bodyOf returns the bytes of a response body that a case describes: nothing
// for null, a string's own bytes, anything else as JSON.
func bodyOf(raw json.RawMessage) ([]byte, error) {
	if absent(raw) {
		return nil, nil
	}
	if raw[0] == '"' {
		text, err := decodeText(raw)
		return []byte(text), err
	}
	return raw, nil
}

// absent reports whether a member is missing or null.
func absent(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// decodeValue decodes JSON as a tree of nil, bool, json.Number, string, []any
// and map[string]any.
func decodeValue(text []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON value")
	}
	return v, nil
}
