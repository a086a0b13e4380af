package auth

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// unquote returns the text of a valid JSON string, which may be a part of raw. A lone
// surrogate becomes U+FFFD.
func unquote(raw json.RawMessage) []byte {
	if bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
		return raw[1 : len(raw)-1]
	}
	var text string
	_ = json.Unmarshal(raw, &text) // it is valid
	return []byte(text)
}

// parseString reads a value that must be a string. Unlike encoding/json it rejects
// a lone surrogate, which has no UTF-8 form, and bytes that are not UTF-8.
func parseString(raw json.RawMessage) (string, error) {
	if len(raw) < 2 || raw[0] != '"' || raw[len(raw)-1] != '"' {
		return "", errFieldString
	}
	if loneSurrogate(raw) || !utf8.Valid(raw) {
		return "", errFieldText
	}
	return string(unquote(raw)), nil
}

// loneSurrogate looks for a \uD800–\uDFFF escape without its other half.
func loneSurrogate(raw []byte) bool {
	if !bytes.Contains(raw, []byte(`\u`)) {
		return false
	}
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
