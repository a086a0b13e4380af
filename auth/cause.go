package auth

import (
	"encoding/json"
	"unicode"
	"unicode/utf8"

	"rekey/internal/fault"
)

// Cause is an error as a value: a fault's code, arguments and English text as
// JSON, or "" for none. It can be compared with ==, stored, and sent to another
// process. It holds nothing that the error's text does not hold.
type Cause string

// CauseOf is the Cause of an error, "" for nil.
func CauseOf(err error) Cause {
	if err == nil {
		return ""
	}
	return Cause(fault.Encode(err))
}

// Err returns the error, nil for none. If it had a code it is a fault.Coded.
func (c Cause) Err() error {
	if c == "" {
		return nil
	}
	return fault.Decode(json.RawMessage(c))
}

// Code is the fault's code, "" when there is none.
func (c Cause) Code() string {
	if coded, ok := c.Err().(fault.Coded); ok { //nolint:errorlint // the outermost
		return coded.AsFault().Code()
	}
	return ""
}

// MarshalJSON implements json.Marshaler.
func (c Cause) MarshalJSON() ([]byte, error) {
	if c == "" {
		return []byte("null"), nil
	}
	return []byte(c), nil
}

// UnmarshalJSON implements json.Unmarshaler. Anything that is not a Cause
// becomes "".
func (c *Cause) UnmarshalJSON(text []byte) error {
	*c = CauseOf(fault.Decode(text))
	return nil
}

// sentence is the English text of the cause, capitalized; "" for none.
func (c Cause) sentence() string {
	err := c.Err()
	if err == nil {
		return ""
	}
	r, n := utf8.DecodeRuneInString(err.Error())
	return string(unicode.ToUpper(r)) + err.Error()[n:]
}
