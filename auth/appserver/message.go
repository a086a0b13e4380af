package appserver

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// The codes of errors in JSON-RPC 2.0.
const (
	codeParse    = -32700
	codeInvalid  = -32600 // for Codex any request that it cannot make sense of
	codeInternal = -32603
	codeRefused  = -32000 // the standard leaves it to the server
)

// rpcError is the error of an answer.
type rpcError struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// Error implements error.
func (e *rpcError) Error() string { return e.Message }

// invalid is Codex's answer to a request that it cannot make sense of.
func invalid(format string, args ...any) *rpcError {
	return &rpcError{Code: codeInvalid, Message: fmt.Sprintf(format, args...)}
}

// outgoing is a message as it is written. The version member is left out, as
// Codex does.
type outgoing struct {
	ID        json.RawMessage `json:"id,omitempty"`
	Method    string          `json:"method,omitempty"`
	Params    any             `json:"params,omitempty"`
	EmittedAt int64           `json:"emittedAtMs,omitempty"` // of a notification: milliseconds since the epoch
	Result    any             `json:"result,omitempty"`
	Error     *rpcError       `json:"error,omitempty"`
}

// note is a notification of now.
func note(method string, params any) outgoing {
	return outgoing{Method: method, Params: params, EmittedAt: time.Now().UnixMilli()}
}

// message is a message as it is read. Other members are ignored.
type message struct {
	ID     json.RawMessage // a text, a number, or null when absent
	Method string          // "" for an answer
	Params json.RawMessage // an object, a list, null, or nil
	Result json.RawMessage
	Error  json.RawMessage
}

// parse reads one line. With a problem, the message has the id to answer to.
func parse(line []byte) (m message, problem *rpcError) {
	m.ID = json.RawMessage("null")
	err := json.Unmarshal(line, &m)
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		problem = &rpcError{Code: codeParse, Message: "the line is not valid JSON"}
	case errors.As(err, &wrong) && wrong.Field != "":
		problem = invalid("Invalid request: the method must be a string")
	case err != nil || line[0] != '{':
		problem = invalid("a line must be one JSON object")
	case strings.IndexByte(`"-0123456789n`, m.ID[0]) < 0:
		m.ID, problem = json.RawMessage("null"), invalid("Invalid request: the id must be a string or a number")
	case m.Method == "" && m.Result == nil && m.Error == nil:
		problem = invalid("Invalid request: missing field `method`")
	case m.Params != nil && strings.IndexByte("{[n", m.Params[0]) < 0:
		problem = invalid("Invalid request: params must be an object")
	}
	return m, problem
}

// answer is what an answer carries: its result or its error.
func (m message) answer() (json.RawMessage, error) {
	if m.Error == nil {
		return m.Result, nil
	}
	var e rpcError
	_ = json.Unmarshal(m.Error, &e) // what cannot be read has no message
	e.Message = cmp.Or(e.Message, "the error in the answer cannot be read")
	return nil, &e
}
