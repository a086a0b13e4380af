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
	// told is given notifications in the order of the line, nil: the library
	// is, which hands them out in any order. It is set before the first Recv.
	told func(method string, params json.RawMessage)

	mu     sync.Mutex // guards out and after
	out    io.Writer
	after  []any // notifications that wait for the next answer to go out first
	closed bool
}

func newWire(rwc io.ReadWriteCloser) *wire {
	return &wire{in: bufio.NewReaderSize(rwc, 64<<10), out: rwc, closer: rwc}
}

// Recv implements channel.Channel. A line that is no message is answered here
// and skipped, as if it had never come. The library gets to see well-formed
// messages only: it cannot answer others once the connection has closed.
func (w *wire) Recv() ([]byte, error) {
	for {
		line, err := w.readLine()
		if err != nil {
			return nil, err
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		msg, problem := parseMessage(line)
		if problem != nil {
			if err := w.answer(problem); err != nil {
				return nil, err
			}
			continue
		}
		if msg.idle() {
			continue
		}
		if w.told != nil && msg.Method != "" && msg.ID == nil {
			w.told(msg.Method, msg.Params)
			continue
		}
		return msg.encode(), nil
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

// answer writes the error for a line that the library does not get to see.
func (w *wire) answer(p *problem) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.writeNote(p)
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
