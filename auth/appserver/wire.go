package appserver

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"
)

// maxLine is the longest line that is read; a longer one ends the connection.
const maxLine = 32 << 20

// ErrLineTooLong ends a connection whose peer sent a line over 32 MiB.
var ErrLineTooLong = errors.New("a line is longer than 32 MiB")

// wire is the line codec under the JSON-RPC library (jrpc2's channel.Channel).
// Codex leaves the version member out, adds members of its own and numbers
// notifications in time; the library insists on the standard. One goroutine
// may read and any number may write.
type wire struct {
	in     *bufio.Reader
	closer io.Closer

	mu     sync.Mutex // guards out and after
	out    io.Writer
	after  []any // notifications that wait for the next answer to go out first
	closed bool
}

func newWire(rwc io.ReadWriteCloser) *wire {
	return &wire{in: bufio.NewReaderSize(rwc, 64<<10), out: rwc, closer: rwc}
}

// envelope is every member of a message that counts. The rest is dropped.
type envelope struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   json.RawMessage `json:"error,omitempty"`
}

// Recv implements channel.Channel. A line that is no JSON object is handed on
// as it is, so that the library answers it with a parse error; the next line
// is read as if nothing had happened.
func (w *wire) Recv() ([]byte, error) {
	for {
		line, err := w.readLine()
		if err != nil {
			return nil, err
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		var msg envelope
		if line[0] != '{' || json.Unmarshal(line, &msg) != nil {
			return line, nil
		}
		if string(msg.Params) == "null" {
			msg.Params = nil
		}
		msg.Version = "2.0"
		return json.Marshal(msg)
	}
}

// readLine reads up to a newline or the end of the input.
func (w *wire) readLine() ([]byte, error) {
	var line []byte
	for {
		part, err := w.in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxLine:
			return nil, ErrLineTooLong
		case err == nil:
			return line, nil
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case len(line) > 0 && errors.Is(err, io.EOF):
			return line, nil
		}
		return nil, err
	}
}

// versionMember is how the library begins every message.
var versionMember = []byte(`{"jsonrpc":"2.0",`)

// Send implements channel.Channel: one message, one line, then the
// notifications that had to wait for it.
func (w *wire) Send(msg []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if bytes.HasPrefix(msg, versionMember) {
		msg = append([]byte{'{'}, msg[len(versionMember):]...)
	}
	if err := w.writeLine(msg); err != nil {
		return err
	}
	waiting := w.after
	w.after = nil
	for _, note := range waiting {
		if err := w.writeNote(note); err != nil {
			return err
		}
	}
	return nil
}

// note is a notification as Codex writes it.
type note struct {
	Method    string `json:"method"`
	Params    any    `json:"params"`
	EmittedAt int64  `json:"emittedAtMs"` // milliseconds since the epoch
}

// notify writes a notification now.
func (w *wire) notify(method string, params any) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.writeNote(note{method, params, time.Now().UnixMilli()})
}

// notifyAfter writes a notification right after the next answer.
func (w *wire) notifyAfter(method string, params any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.after = append(w.after, note{method, params, time.Now().UnixMilli()})
}

func (w *wire) writeNote(n any) error {
	line, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return w.writeLine(line)
}

func (w *wire) writeLine(line []byte) error {
	if w.closed {
		return io.ErrClosedPipe
	}
	_, err := w.out.Write(append(line, '\n'))
	return err
}

// Close implements channel.Channel.
func (w *wire) Close() error {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	return w.closer.Close()
}
