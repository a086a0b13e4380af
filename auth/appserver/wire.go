package appserver

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// wire is the line codec under the JSON-RPC library (jrpc2's channel.Channel).
// Codex leaves the version member out, adds members of its own and numbers
// notifications in time; the library insists on the standard. One goroutine
// may read and any number may write.
type wire struct {
	in     *bufio.Reader
	conn   io.ReadWriteCloser
	limits Limits
	long   chan struct{} // holds what a long line takes, shared with other connections; nil: nobody counts
	ledger *ledger
	// told is given notifications in the order of the line, nil: the library
	// is, which hands them out in any order. It is set before the first Recv.
	told func(method string, params json.RawMessage)
	// failed is given errors that answer no request, nil: nobody is. It is set
	// before the first Recv.
	failed func(error)

	sending sync.Mutex // held while a line goes out; guards after
	after   []any      // notifications that wait for the next answer to go out first

	hadLong atomic.Bool // a long line was read

	mu    sync.Mutex    // guards everything below
	why   error         // for which this side has hung up, nil: it has not
	known bool          // the client has introduced itself
	hung  chan struct{} // closed when the connection is
}

func newWire(conn io.ReadWriteCloser, limits Limits) *wire {
	return &wire{
		// Most lines are short; what more there is takes more reads.
		in: bufio.NewReaderSize(conn, 16<<10), conn: conn, limits: limits,
		ledger: newLedger(limits.InFlight), hung: make(chan struct{}),
	}
}

// Recv implements channel.Channel. A line that is no message is answered here
// and skipped, as if it had never come. The library gets to see well-formed
// messages only: it cannot answer others once the connection has closed.
func (w *wire) Recv() ([]byte, error) {
	for {
		line, free, err := w.readLine()
		if err != nil {
			w.ledger.settle() // the library would drop the answers
			return nil, err
		}
		msg, err := w.sort(line, free)
		if msg != nil || err != nil {
			return msg, err
		}
	}
}

// sort deals with one line. It returns what is for the library, nil for
// nothing. free is called when what the line takes is free again.
func (w *wire) sort(line []byte, free func()) ([]byte, error) {
	kept := false
	defer func() {
		if !kept {
			free()
		}
	}()
	if line = bytes.TrimSpace(line); len(line) == 0 {
		return nil, nil
	}
	msg, problem := parseMessage(line)
	switch {
	case problem != nil:
		return nil, w.answer(problem)
	case msg.idle():
		return nil, nil
	case w.told != nil && msg.Method != "" && msg.ID == nil:
		w.told(msg.Method, msg.Params)
		return nil, nil
	case w.failed != nil && msg.Method == "" && string(msg.ID) == "null":
		w.failed(msg.failure())
		return nil, nil
	}
	if msg.Method != "" && msg.ID != nil {
		kept = true
		if err := w.ledger.owe(string(msg.ID), msg.ordered(), len(line) > shortLine, free); err != nil {
			return nil, err
		}
	}
	return msg.encode(), nil
}

// versionMember is how the library begins every message.
var versionMember = []byte(`{"jsonrpc":"2.0",`)

// Send implements channel.Channel: one message, one line, then the
// notifications that had to wait for it.
func (w *wire) Send(msg []byte) error {
	// Also of an answer that cannot be written: nobody waits for it any more.
	defer w.ledger.pay(string(answered(msg)))
	w.sending.Lock()
	defer w.sending.Unlock()
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
	w.sending.Lock()
	defer w.sending.Unlock()
	return w.writeNote(p)
}

// notify writes a notification now.
func (w *wire) notify(method string, params any) error {
	w.sending.Lock()
	defer w.sending.Unlock()
	return w.writeNote(note{method, params, time.Now().UnixMilli()})
}

// notifyAfter writes a notification right after the next answer.
func (w *wire) notifyAfter(method string, params any) {
	w.sending.Lock()
	defer w.sending.Unlock()
	w.after = append(w.after, note{method, params, time.Now().UnixMilli()})
}

func (w *wire) writeNote(n any) error {
	line, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return w.writeLine(line)
}

// writeLine writes a line, which the peer has to make room for in time.
func (w *wire) writeLine(line []byte) error {
	select {
	case <-w.hung:
		return io.ErrClosedPipe
	default:
	}
	defer w.within(w.limits.Write, ErrNotRead)()
	_, err := w.conn.Write(append(line, '\n'))
	return err
}
