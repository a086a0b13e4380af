package appserver

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/creachadair/jrpc2"
)

// invalid is Codex's answer to a request it cannot make sense of: -32600,
// where the standard has other codes.
func invalid(format string, args ...any) error {
	return jrpc2.Errorf(jrpc2.InvalidRequest, format, args...)
}

// internal is Codex's answer when it cannot do what was asked.
func internal(format string, args ...any) error {
	return jrpc2.Errorf(jrpc2.InternalError, format, args...)
}

// params reads the parameters, which must be there and be an object. Members
// that are not known are ignored, as Codex does.
func params[T any](req *jrpc2.Request) (T, error) {
	var p T
	raw := req.ParamString()
	if raw == "" {
		return p, invalid("Invalid request: missing field `params`")
	}
	if strings.HasPrefix(raw, "[") {
		return p, invalid("Invalid request: params must be an object")
	}
	if err := json.Unmarshal([]byte(raw), &p); err != nil {
		return p, invalid("Invalid request: %s", typeError(err))
	}
	return p, nil
}

// typeError names what is wrong without quoting the value.
func typeError(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return "invalid type: " + wrong.Value + " for `" + wrong.Field + "`, expected a " + wrong.Type.String()
	}
	return "not valid"
}
