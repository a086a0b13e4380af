package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"rekey/internal/fault"
)

// member is one name and its value as written in the text.
type member struct {
	name string
	raw  json.RawMessage
}

// object is members of a JSON object in order. encoding/json cannot provide this:
// unlike Codex it folds case, lets the last duplicate win and drops unknown members.
type object []member

var (
	errNotUTF8   = fault.New("not_utf8", "it is not UTF-8")
	errMark      = fault.New("byte_order_mark", "it begins with a byte order mark, which Codex does not read either; save it as UTF-8 without one")
	errNotJSON   = fault.New("not_json", "it is not valid JSON")
	errCutOff    = fault.New("cut_off", "it is empty or incomplete")
	errNotObject = fault.New("not_object", "it is not a JSON object")
	errTrailing  = fault.New("trailing", "something follows the JSON object")
	errDuplicate = fault.New("duplicate", "a field appears twice")
)

// What can be wrong with a field; inField adds its name.
var (
	errFieldString  = fault.New("field_string", "{{.Field}} is not a string")
	errFieldText    = fault.New("field_text", "{{.Field}} is not valid text")
	errFieldObject  = fault.New("field_object", "{{.Field}} is not an object")
	errFieldNeither = fault.New("field_neither", "{{.Field}} is neither a string nor an object")
	errFieldKind    = fault.New("field_kind", "{{.Field}} names an unknown kind of sign-in")
	errFieldTime    = fault.New("field_time", "{{.Field}} is not a date and time with a time zone")
	errFieldJWT     = fault.New("field_jwt", "{{.Field}} is not a JSON Web Token")
	errFieldClaim   = fault.New("field_claim", "{{.Field}} has a claim of the wrong type")
)

// inField adds the name of a field to an error about it or one of its members,
// for example "tokens.id_token is not a string".
func inField(name string, err error) error {
	var wrong *fault.Fault
	if !errors.As(err, &wrong) {
		return err
	}
	if args := wrong.Args(); len(args) > 0 {
		name = fmt.Sprint(name, ".", args[1])
	}
	return wrong.With("Field", name)
}

// space is what may stand between the parts of a JSON text.
const space = " \t\r\n"

// parseObject reads data, which must be one JSON object in UTF-8, or a list that
// stands for one, and nothing else: see split.
func parseObject(data []byte, least int, names ...string) (known, others object, err error) {
	switch {
	case !utf8.Valid(data):
		return nil, nil, errNotUTF8
	case bytes.HasPrefix(data, []byte("\ufeff")):
		return nil, nil, errMark
	case !json.Valid(data):
		return nil, nil, whyInvalid(data)
	}
	return split(bytes.Trim(data, space), least, names...)
}

// whyInvalid says what is wrong with data, which is not valid JSON. The library's
// own texts quote the content.
func whyInvalid(data []byte) error {
	var first json.RawMessage
	err := json.NewDecoder(bytes.NewReader(data)).Decode(&first)
	switch {
	case bytes.HasPrefix(bytes.TrimLeft(data, space), []byte("[")), err == nil && first[0] != '{':
		return errNotObject
	case err == nil:
		return errTrailing
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errCutOff
	}
	return errNotJSON
}

// split separates the members of an object, a value in valid JSON, that are named in
// names from all others. One of them that appears twice is an error, as it is for
// Codex. As for Codex, a list may stand for the object: see listed. What is known is
// a part of raw.
func split(raw json.RawMessage, least int, names ...string) (known, others object, err error) {
	switch raw[0] {
	case '{':
	case '[':
		known, err = listed(raw, least, names)
		return known, nil, err
	default:
		return nil, nil, errNotObject
	}
	known = make(object, 0, len(names))
	for rest := raw[1:]; ; {
		rest = bytes.TrimLeft(rest, space+",")
		if rest[0] == '}' {
			return known, others, nil
		}
		end := valueEnd(rest)
		if loneSurrogate(rest[:end]) || !utf8.Valid(rest[:end]) {
			return nil, nil, errNotJSON
		}
		name := unquote(rest[:end])
		rest = bytes.TrimLeft(rest[end:], space+":")
		end = valueEnd(rest)
		value := rest[:end:end]
		rest = rest[end:]
		switch i := slices.IndexFunc(names, func(known string) bool { return known == string(name) }); {
		case i < 0:
			others = append(others, member{string(name), bytes.Clone(value)})
		case known.get(names[i]) != nil:
			return nil, nil, errDuplicate
		default:
			known = append(known, member{names[i], value})
		}
	}
}

// listed reads a list that holds an object's members in the order of names, at least
// so many and no others.
func listed(raw json.RawMessage, least int, names []string) (object, error) {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil || len(list) < least || len(list) > len(names) {
		return nil, errNotObject
	}
	members := make(object, len(list))
	for i, raw := range list {
		members[i] = member{names[i], raw}
	}
	return members, nil
}

// valueEnd returns where the value ends with which valid JSON begins.
func valueEnd(data []byte) int {
	depth := 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			for i++; data[i] != '"'; i++ {
				if data[i] == '\\' {
					i++ // skip the escaped character
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			if depth == 0 { // it is what the value is in that ends
				return i
			}
			depth--
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
			continue
		default:
			continue
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(data)
}

// depth is how deep lists and objects are nested in a value in valid JSON.
func depth(raw []byte) (deepest int) {
	level := 0
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			i += valueEnd(raw[i:]) - 1
		case '{', '[':
			level++
			deepest = max(deepest, level)
		case '}', ']':
			level--
		}
	}
	return deepest
}

// get returns the value of the first member of that name, nil if there is none.
func (o object) get(name string) json.RawMessage {
	for _, m := range o {
		if m.name == name {
			return m.raw
		}
	}
	return nil
}

// isNull reports whether raw is absent or null.
func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }
