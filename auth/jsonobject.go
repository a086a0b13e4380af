package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"rekey/internal/fault"
)

// member is one name and its value as written in the text.
type member struct {
	name string
	raw  json.RawMessage
}

// object is a JSON object with its members in order, duplicates included.
// encoding/json cannot provide this: unlike Codex it folds case, lets the last
// duplicate win and drops unknown members.
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
	if args := wrong.FaultArgs(); len(args) > 0 {
		name = fmt.Sprint(name, ".", args[1])
	}
	return wrong.With("Field", name)
}

// parseObject reads data, which must be one JSON object in UTF-8 and nothing else.
func parseObject(data []byte) (object, error) {
	if !utf8.Valid(data) {
		return nil, errNotUTF8
	}
	if bytes.HasPrefix(data, []byte("\ufeff")) {
		return nil, errMark
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	first, err := dec.Token()
	if err != nil {
		return nil, syntaxError(err)
	}
	if first != json.Delim('{') {
		return nil, errNotObject
	}
	var obj object
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, syntaxError(err)
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, syntaxError(err)
		}
		obj = append(obj, member{name.(string), raw}) // inside an object the token is a name, so a string
	}
	if _, err := dec.Token(); err != nil {
		return nil, syntaxError(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errTrailing
	}
	return obj, nil
}

// syntaxError replaces the library's texts, which quote the content.
func syntaxError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errCutOff
	}
	return errNotJSON
}

// split separates the members named in known from all others. A known
// name that appears twice is an error, as it is for Codex.
func (o object) split(known ...string) (map[string]json.RawMessage, object, error) {
	found := make(map[string]json.RawMessage, len(known))
	isKnown := make(map[string]bool, len(known))
	for _, k := range known {
		isKnown[k] = true
	}
	var rest object
	for _, m := range o {
		if !isKnown[m.name] {
			rest = append(rest, m)
			continue
		}
		if _, twice := found[m.name]; twice {
			return nil, nil, errDuplicate
		}
		found[m.name] = m.raw
	}
	return found, rest, nil
}

// isNull reports whether raw is absent or null.
func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// parseString reads a JSON string. Unlike encoding/json it rejects a lone
// surrogate, which has no UTF-8 form.
func parseString(raw json.RawMessage) (string, error) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", errFieldString
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", errFieldString
	}
	if bytes.Contains(raw, []byte(`\u`)) && loneSurrogate(raw) {
		return "", errFieldText
	}
	return s, nil
}

// loneSurrogate looks for a \uD800–\uDFFF escape without its other half.
func loneSurrogate(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		if raw[i+1] != 'u' {
			i++ // skip the escaped character
			continue
		}
		unit := hex4(raw[i+2:])
		i += 5
		switch {
		case unit >= 0xDC00 && unit <= 0xDFFF:
			return true
		case unit >= 0xD800 && unit <= 0xDBFF:
			if i+6 >= len(raw) || raw[i+1] != '\\' || raw[i+2] != 'u' {
				return true
			}
			if low := hex4(raw[i+3:]); low < 0xDC00 || low > 0xDFFF {
				return true
			}
			i += 6
		}
	}
	return false
}

// hex4 reads four hexadecimal digits; valid JSON guarantees that they are
// there.
func hex4(b []byte) (v uint32) {
	for _, c := range b[:4] {
		v <<= 4
		switch {
		case c <= '9':
			v |= uint32(c - '0')
		default:
			v |= uint32(c|0x20-'a') + 10
		}
	}
	return v
}
