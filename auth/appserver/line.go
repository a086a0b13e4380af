package appserver

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// readLine reads up to a newline or the end of the input. The line is good
// until the next call; free is called when its room is not needed any more.
func (w *wire) readLine() (line []byte, free func(), err error) {
	// Between its lines a client may take as long as it likes.
	if _, err := w.in.Peek(1); err != nil {
		return nil, nil, err
	}
	if begun, _ := w.in.Peek(w.in.Buffered()); bytes.IndexByte(begun, '\n') < 0 {
		defer w.within(w.limits.Line, ErrLineUnfinished)()
	}
	free = func() {}
	if line, err = w.in.ReadSlice('\n'); err == nil {
		return line, free, nil // as it lies in the buffer
	}
	line = bytes.Clone(line)
	for errors.Is(err, bufio.ErrBufferFull) {
		var part []byte
		part, err = w.in.ReadSlice('\n')
		length := len(line) + len(part)
		if length > maxLine {
			free()
			return nil, nil, ErrLineTooLong
		}
		if length > shortLine && len(line) <= shortLine {
			var refused error
			if free, refused = w.takeRoom(); refused != nil {
				return nil, nil, refused
			}
		}
		line = lengthen(line, part)
	}
	if len(line) > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	if err != nil {
		free()
	}
	return line, free, err
}

// takeRoom waits for the room that a long line takes. free gives it back.
func (w *wire) takeRoom() (free func(), err error) {
	switch {
	case w.limits.Introduce > 0 && !w.isKnown():
		return nil, ErrLineTooLong
	case w.long == nil:
		return func() {}, nil
	}
	select {
	case w.long <- struct{}{}:
		w.hadLong.Store(true)
		return func() { <-w.long }, nil
	case <-w.hung:
		return nil, io.ErrClosedPipe
	}
}

// lengthen appends to a line that may become long. It takes no more than
// maxLine at a time, and twice that in all.
func lengthen(line, part []byte) []byte {
	if length := len(line) + len(part); length > cap(line) {
		longer := make([]byte, len(line), min(max(2*cap(line), length), maxLine))
		copy(longer, line)
		line = longer
	}
	return append(line, part...)
}
