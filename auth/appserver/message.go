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
	codeInvalid  = -32600 // for Codex any request that it does not understand
	codeInternal = -32603
	codeRefused  = -32000 // reserved for servers by the standard
)

// rpcError is the error of an answer.
type rpcError struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// Error implements error.
func (e *rpcError) Error() string { return e.Message }

// invalid is Codex's answer to a request that it does not understand.
func invalid(format string, args ...any) *rpcError {
	return &rpcError{Code: codeInvalid, Message: fmt.Sprintf(format, args...)}
}

// outgoing is a message as it is written. As in Codex, the member "jsonrpc" is
// omitted.
type outgoing struct {
	ID        json.RawMessage `json:"id,omitempty"`
	Method    string          `json:"method,omitempty"`
	Params    any             `json:"params,omitempty"`
	EmittedAt int64           `json:"emittedAtMs,omitempty"` // of a notification: milliseconds since the epoch
	Result    any             `json:"result,omitempty"`
	Error     *rpcError       `json:"error,omitempty"`
}

// note returns a notification with the current time.
func note(method string, params any) outgoing {
	return outgoing{Method: method, Params: params, EmittedAt: time.Now().UnixMilli()}
}

// message is a message as it is read. Other members are ignored.
type message struct {
	ID     json.RawMessage // a string, a number, or null when absent
	Method string          // "" for an answer
	Params json.RawMessage // an object, a list, null, or nil
	Result json.RawMessage
	Error  json.RawMessage
}

// parse reads one line. If there is a problem, the message has the id for the
// answer.
func parse(line []byte) (m message, problem *rpcError) {
	var members map[string]json.RawMessage // names are not folded, as in Codex
	err := json.Unmarshal(line, &members)
	m = message{ID: members["id"], Params: members["params"], Result: members["result"], Error: members["error"]}
	if m.ID == nil {
		m.ID = json.RawMessage("null")
	}
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		problem = &rpcError{Code: codeParse, Message: "the line is not valid JSON"}
	case err != nil || line[0] != '{':
		problem = invalid("a line must be one JSON object")
	case members["method"] != nil && json.Unmarshal(members["method"], &m.Method) != nil:
		problem = invalid("Invalid request: the method must be a string")
	case strings.IndexByte(`"-0123456789n`, m.ID[0]) < 0:
		m.ID, problem = json.RawMessage("null"), invalid("Invalid request: the id must be a string or a number")
	case m.Method == "" && m.Result == nil && m.Error == nil:
		problem = invalid("Invalid request: missing field `method`")
	case m.Params != nil && strings.IndexByte("{[n", m.Params[0]) < 0:
		problem = invalid("Invalid request: params must be an object")
	}
	return m, problem
}

// answer returns the result or the error of an answer.
func (m message) answer() (json.RawMessage, error) {
	if m.Error == nil {
		return m.Result, nil
	}
	var e rpcError
	_ = json.Unmarshal(m.Error, &e) // an unreadable error has no message
	e.Message = cmp.Or(e.Message, "the error in the answer cannot be read")
	return nil, &e
}
