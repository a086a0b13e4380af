package ratelimits

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"unicode/utf8"
)

// maxDepth is how deep Codex's parser follows lists and objects.
const maxDepth = 127

// object is a JSON object as Codex's parser sees it.
type object struct {
	members map[string]any
	twice   map[string]bool // the names that appear more than once
}

// MarshalJSON implements json.Marshaler.
func (o *object) MarshalJSON() ([]byte, error) { return json.Marshal(o.members) }

// parse reads one JSON value: nil, bool, json.Number, string, []any or *object.
func parse(body []byte) (any, error) {
	body = readable(body)
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	d.UseNumber()
	v, err := value(d, maxDepth)
	if err != nil {
		return nil, errors.New("it is not JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON")
	}
	if halfPair(body) {
		return nil, errors.New("half of a surrogate pair in a text")
	}
	return v, nil
}

// readable replaces what is not UTF-8 as Codex does: U+FFFD for the longest part
// of a character that may begin one, or for a byte.
func readable(body []byte) []byte {
	if utf8.Valid(body) {
		return body
	}
	var text []byte
	for len(body) > 0 {
		r, n := utf8.DecodeRune(body)
		if r == utf8.RuneError && n == 1 {
			for n < len(body) && !utf8.FullRune(body[:n+1]) {
				n++
			}
		}
		text, body = utf8.AppendRune(text, r), body[n:]
	}
	return text
}

// halfPair reports whether a \u escape in the JSON is half of a surrogate pair.
// Codex's parser rejects those, and encoding/json replaces them.
func halfPair(body []byte) bool {
	found := regexp.MustCompile(`\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]|\\u[dD][89a-fA-F]`).FindAll(body, -1)
	return slices.ContainsFunc(found, func(match []byte) bool { return len(match) == len(`\ud8`) })
}

// value reads the next value, at most depth lists and objects deep.
func value(d *json.Decoder, depth int) (any, error) {
	token, err := d.Token()
	open, nested := token.(json.Delim)
	if err != nil || !nested {
		return token, err
	}
	if depth == 0 {
		return nil, errors.New("nested too deeply")
	}
	o := &object{members: make(map[string]any), twice: make(map[string]bool)}
	list := []any{}
	for d.More() {
		name := ""
		if open == '{' {
			token, err := d.Token()
			if err != nil {
				return nil, err
			}
			name = token.(string) // the decoder admits nothing else here
		}
		v, err := value(d, depth-1)
		if err != nil {
			return nil, err
		}
		if _, again := o.members[name]; again {
			o.twice[name] = true
		}
		o.members[name] = v
		list = append(list, v)
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if open == '[' {
		return list, nil
	}
	return o, nil
}
