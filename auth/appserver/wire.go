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

	mu     sync.Mutex // guards everything below
	out    io.Writer
	after  []any // notifications that wait for the next answer to go out first
	closed bool
	owed   map[string]int // answers to Codex's methods that have not gone out, by id
	paid   *sync.Cond     // told when an answer has gone out, and when closed
}

func newWire(rwc io.ReadWriteCloser) *wire {
	w := &wire{in: bufio.NewReaderSize(rwc, 64<<10), out: rwc, closer: rwc, owed: make(map[string]int)}
	w.paid = sync.NewCond(&w.mu)
	return w
}

// Recv implements channel.Channel. A line that is no message is answered here
// and skipped, as if it had never come. The library gets to see well-formed
// messages only: it cannot answer others once the connection has closed.
func (w *wire) Recv() ([]byte, error) {
	for {
		line, err := w.readLine()
		if err != nil {
			w.settle()
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
		if msg.ordered() {
			w.owe(msg.ID, 1)
		}
		return msg.encode(), nil
	}
}

// settle waits until every request that was read has been answered: a client
// may close its side and still read. The library would drop the answers.
func (w *wire) settle() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.owed) > 0 && !w.closed {
		w.paid.Wait()
	}
}

// owe notes that an answer is due, or with -1 that it goes out.
func (w *wire) owe(id json.RawMessage, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := string(id)
	if n < 0 && w.owed[key] == 0 {
		return // not one that is waited for
	}
	if w.owed[key] += n; w.owed[key] == 0 {
		delete(w.owed, key)
	}
	w.paid.Broadcast()
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
	// Also of an answer that cannot be written: nobody waits for it any more.
	defer w.owe(answered(msg), -1)
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
	w.paid.Broadcast()
	w.mu.Unlock()
	return w.closer.Close()
}
