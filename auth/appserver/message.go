package appserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/creachadair/jrpc2"
)

// envelope is every member of a message that counts. The rest is dropped.
type envelope struct {
	Method                    string
	ID, Params, Result, Error json.RawMessage // nil when absent
}

// encode writes the message as the library wants it. The parts were parsed
// before and are copied as they are: they may be large.
func (m envelope) encode() []byte {
	var b bytes.Buffer
	b.WriteString(`{"jsonrpc":"2.0"`)
	if m.Method != "" {
		method, _ := json.Marshal(m.Method) // a string cannot fail
		m.write(&b, "method", method)
	}
	m.write(&b, "id", m.ID)
	m.write(&b, "params", m.Params)
	m.write(&b, "result", m.Result)
	m.write(&b, "error", m.Error)
	b.WriteByte('}')
	return b.Bytes()
}

func (envelope) write(b *bytes.Buffer, name string, value json.RawMessage) {
	if value != nil {
		b.WriteString(`,"` + name + `":`)
		b.Write(value)
	}
}

// problem is the answer to a line that is no message.
type problem struct {
	ID    json.RawMessage `json:"id"` // null when the line has none that can be used
	Error struct {
		Code    jrpc2.Code `json:"code"`
		Message string     `json:"message"`
	} `json:"error"`
}

func newProblem(id json.RawMessage, code jrpc2.Code, text string) *problem {
	p := &problem{ID: id}
	if id == nil {
		p.ID = json.RawMessage("null")
	}
	p.Error.Code, p.Error.Message = code, text
	return p
}

// parseMessage reads one line. Members that are not known are dropped, for the
// library refuses them and Codex does not; so is the version, which Codex
// leaves out.
func parseMessage(line []byte) (envelope, *problem) {
	var raw struct {
		ID     json.RawMessage `json:"id"`
		Method json.RawMessage `json:"method"`
		Params json.RawMessage `json:"params"`
		Result json.RawMessage `json:"result"`
		Error  json.RawMessage `json:"error"`
	}
	var syntax *json.SyntaxError
	if err := json.Unmarshal(line, &raw); errors.As(err, &syntax) {
		return envelope{}, newProblem(nil, jrpc2.ParseError, "the line is not valid JSON")
	} else if err != nil || line[0] != '{' {
		return envelope{}, newProblem(nil, jrpc2.InvalidRequest, "a line must be one JSON object")
	}
	msg := envelope{ID: raw.ID, Params: raw.Params, Result: raw.Result, Error: raw.Error}
	if raw.Method != nil && json.Unmarshal(raw.Method, &msg.Method) != nil {
		return envelope{}, newProblem(nil, jrpc2.InvalidRequest, "Invalid request: the method must be a string")
	}
	if raw.ID != nil && !usableID(raw.ID) {
		return envelope{}, newProblem(nil, jrpc2.InvalidRequest, "Invalid request: the id must be a string or a number")
	}
	if string(msg.Params) == "null" {
		msg.Params = nil
	}
	if msg.Params != nil && msg.Params[0] != '{' && msg.Params[0] != '[' {
		return envelope{}, newProblem(raw.ID, jrpc2.InvalidRequest, "Invalid request: params must be an object")
	}
	if msg.Method != "" {
		msg.Result, msg.Error = nil, nil // a request, whatever else it says
	} else if raw.ID == nil || msg.Result == nil && msg.Error == nil {
		return envelope{}, newProblem(raw.ID, jrpc2.InvalidRequest, "Invalid request: missing field `method`")
	}
	return msg, nil
}

// usableID reports whether an id can be given back: a string, a number, or
// null, which stands for none.
func usableID(id json.RawMessage) bool {
	return id[0] == '"' || id[0] == '-' || id[0] >= '0' && id[0] <= '9' || string(id) == "null"
}

// idle reports whether nobody waits for an answer and nothing is told: a
// request with the id null, which Codex does not answer either.
func (m envelope) idle() bool { return m.Method != "" && string(m.ID) == "null" }

// failure is the error that an answer carries.
func (m envelope) failure() error {
	var e jrpc2.Error
	if json.Unmarshal(m.Error, &e) != nil || e.Message == "" {
		return errors.New("it was answered with an error that cannot be read")
	}
	return errors.New(e.Message)
}

// ordered reports whether this is a request that waits for its turn: all but
// Rekey's own.
func (m envelope) ordered() bool {
	return m.Method != "" && m.ID != nil && !strings.HasPrefix(m.Method, ownPrefix)
}

// answered returns the id of the request that a message answers, nil for none.
func answered(msg []byte) json.RawMessage {
	var m struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
	}
	if json.Unmarshal(msg, &m) != nil || m.Method != "" {
		return nil
	}
	return m.ID
}
