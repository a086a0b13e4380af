package appserver

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// wire is one end of a connection: JSON-RPC as Codex speaks it, one object a
// line. One goroutine reads; any number may write and call.
type wire struct {
	conn    io.ReadWriteCloser
	in      *bufio.Reader
	limits  Limits
	known   atomic.Bool             // initialize has been answered
	sending sync.Mutex              // held while a line goes out
	calls   sync.Map                // from ids, string, to chan message
	last    atomic.Int64            // id of a call
	ctx     context.Context         // ends with the connection
	hangUp  context.CancelCauseFunc // ends it; the first cause is why
}

// newWire returns a wire on a connection, which is closed when ctx is done.
func newWire(ctx context.Context, conn io.ReadWriteCloser, limits Limits) *wire {
	w := &wire{conn: conn, in: bufio.NewReader(conn), limits: limits}
	w.ctx, w.hangUp = context.WithCancelCause(ctx)
	context.AfterFunc(w.ctx, func() { _ = conn.Close() })
	return w
}

// within hangs up with why unless stop is called within limit; 0 means no
// limit.
func (w *wire) within(limit time.Duration, why error) (stop func() bool) {
	return time.AfterFunc(cmp.Or(limit, math.MaxInt64), func() { w.hangUp(why) }).Stop
}

// read reads until the connection ends, and returns why it did. A line that is
// not a message gets an error answer. take gets the other messages in order,
// except answers to calls.
func (w *wire) read(take func(message)) error {
	for {
		line, err := w.readLine()
		if err != nil {
			return cmp.Or(context.Cause(w.ctx), err)
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		m, problem := parse(line)
		switch {
		case problem != nil:
			_ = w.write(outgoing{ID: m.ID, Error: problem}) // a write error shows up when reading
		case m.Method != "" || !w.answered(m):
			take(m)
		}
	}
}

// readLine reads up to a newline or the end of the input.
func (w *wire) readLine() (line []byte, err error) {
	// Between lines a client may wait as long as it likes.
	if _, err := w.in.Peek(1); err != nil {
		return nil, err
	}
	defer w.within(w.limits.Line, ErrLineUnfinished)()
	for err = bufio.ErrBufferFull; errors.Is(err, bufio.ErrBufferFull); {
		var part []byte
		part, err = w.in.ReadSlice('\n')
		if line = append(line, part...); len(line) > w.longest() {
			return nil, ErrLineTooLong
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil // a last line without a newline
	}
	return line, err
}

// longest returns the maximum length of a line, in bytes.
func (w *wire) longest() int {
	switch {
	case w.limits.Introduce == 0:
		return maxLine
	case w.known.Load():
		return maxClientLine
	}
	return maxHelloLine
}

// write writes a message within the time limit.
func (w *wire) write(m outgoing) error {
	line, err := json.Marshal(m)
	if err != nil {
		return err
	}
	w.sending.Lock()
	defer w.sending.Unlock()
	defer w.within(w.limits.Write, ErrNotRead)()
	_, err = w.conn.Write(append(line, '\n'))
	return err
}

// call sends a request and waits for its answer. An error of the peer is an
// *rpcError. When the connection has ended nothing is sent.
func (w *wire) call(ctx context.Context, method string, params any) (json.RawMessage, error) {
	if w.ctx.Err() != nil { // conn is closed a moment later
		return nil, context.Cause(w.ctx)
	}
	answer, id := make(chan message, 1), strconv.FormatInt(w.last.Add(1), 10)
	w.calls.Store(id, answer)
	defer w.calls.Delete(id)
	if err := w.write(outgoing{ID: json.RawMessage(id), Method: method, Params: params}); err != nil {
		return nil, err
	}
	select {
	case m := <-answer:
		return m.answer()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-w.ctx.Done():
	}
	select {
	case m := <-answer: // before the end
		return m.answer()
	default:
		return nil, context.Cause(w.ctx)
	}
}

// answered passes an answer to the call that waits for it, if any.
func (w *wire) answered(m message) bool {
	answer, waiting := w.calls.LoadAndDelete(string(m.ID))
	if waiting {
		answer.(chan message) <- m // there is room for one
	}
	return waiting
}
