package auth

import (
	"encoding/json"
	"unicode"
	"unicode/utf8"

	"rekey/internal/fault"
)

// Cause is an error as a value: a fault's code, its arguments and its English,
// as JSON, "" for none. It can be compared with ==, stored, and sent to another
// process; it holds what the error's text holds and no more.
type Cause string

// CauseOf is the Cause of an error, "" for nil.
func CauseOf(err error) Cause {
	if err == nil {
		return ""
	}
	return Cause(fault.Encode(err))
}

// Err is the error again, nil for none: a fault.Coded one if it had a code.
func (c Cause) Err() error {
	if c == "" {
		return nil
	}
	return fault.Decode(json.RawMessage(c))
}

// Code is the fault's code, "" when there is none.
func (c Cause) Code() string {
	if coded, ok := c.Err().(fault.Coded); ok { //nolint:errorlint // the outermost
		return coded.FaultCode()
	}
	return ""
}

// MarshalJSON writes the JSON that c is.
func (c Cause) MarshalJSON() ([]byte, error) {
	if c == "" {
		return []byte("null"), nil
	}
	return []byte(c), nil
}

// UnmarshalJSON reads what MarshalJSON has written. What is no Cause is "".
func (c *Cause) UnmarshalJSON(text []byte) error {
	*c = CauseOf(fault.Decode(text))
	return nil
}

// sentence is the English of a cause with a capital letter, "" for none.
func (c Cause) sentence() string {
	err := c.Err()
	if err == nil {
		return ""
	}
	r, n := utf8.DecodeRuneInString(err.Error())
	return string(unicode.ToUpper(r)) + err.Error()[n:]
}
