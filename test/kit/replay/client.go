package replay

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	// callLimit is above the slowest answer in the recordings, which waits for
	// a lock for 40 s.
	callLimit = 90 * time.Second
	// endLimit is how long a command may take to end by itself.
	endLimit = 300 * time.Millisecond
)

// client is the command under test and the calls to it. Its methods are used
// by one goroutine; another one, read, belongs to it.
type client struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout io.ReadCloser
	ended  chan struct{} // closed when the command has ended and is reaped
	next   int

	mu      sync.Mutex                // guards all below
	waiting map[int]chan<- callResult // nil once stdout is closed
}

// callResult is the answer to a call: a value or an error.
type callResult struct {
	value   any
	failure string
}

func (r callResult) failed() bool { return r.failure != "" }

// startClient starts the command in a directory. Its standard error is dropped.
func startClient(command, env []string, dir string, nobody bool) (*client, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env, cmd.Dir = env, dir
	if nobody {
		if err := runAsNobody(cmd); err != nil {
			return nil, err
		}
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the command: %w", err)
	}
	c := &client{
		cmd: cmd, stdin: stdin, stdout: stdout,
		ended: make(chan struct{}), waiting: make(map[int]chan<- callResult),
	}
	go c.read()
	return c, nil
}

// read hands answers to those who wait for them, until the command closes its
// standard output; then it reaps the command.
func (c *client) read() {
	defer close(c.ended)
	lines := bufio.NewReader(c.stdout)
	for {
		line, err := lines.ReadBytes('\n')
		c.deliver(line)
		if err != nil {
			break
		}
	}
	c.mu.Lock()
	for _, answer := range c.waiting {
		answer <- callResult{failure: "the command closed its standard output"}
	}
	c.waiting = nil
	c.mu.Unlock()
	_ = c.cmd.Wait() // how it ends is no part of a recording
}

// deliver looks at one line: an answer, a notification, or something to skip.
func (c *client) deliver(line []byte) {
	var message struct {
		ID     *int            `json:"id"`
		Result json.RawMessage `json:"result"`
		Error  json.RawMessage `json:"error"`
	}
	if !utf8.Valid(line) || json.Unmarshal(line, &message) != nil || message.ID == nil {
		return
	}
	var r callResult
	switch {
	case len(message.Error) > 0:
		r.failure = string(message.Error)
	case len(message.Result) > 0:
		value, err := decodeValue(message.Result)
		if err != nil {
			return
		}
		r.value = value
	default:
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if answer, ok := c.waiting[*message.ID]; ok {
		delete(c.waiting, *message.ID)
		answer <- r
	}
}

// pending is a call whose answer is still to come.
type pending <-chan callResult

// begin sends a call and does not wait for its answer.
func (c *client) begin(method string, params json.RawMessage) pending {
	c.next++
	answer := make(chan callResult, 1) // one answer each, so that nobody blocks
	c.mu.Lock()
	if c.waiting == nil {
		answer <- callResult{failure: "the command has closed its standard output"}
	} else {
		c.waiting[c.next] = answer
	}
	c.mu.Unlock()
	c.send(message{ID: c.next, Method: method, Params: params})
	return answer
}

// message is a request, or a notification when it has no ID.
type message struct {
	ID     int             `json:"id,omitempty"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params,omitempty"`
}

// send writes a line. That the command is gone shows in the missing answer.
func (c *client) send(m message) {
	if absent(m.Params) {
		m.Params = nil
	}
	line, err := json.Marshal(m)
	if err != nil {
		return
	}
	_, _ = c.stdin.Write(append(line, '\n'))
}

// wait returns the answer. An error means that ctx ended, not that the call failed.
func (p pending) wait(ctx context.Context) (callResult, error) {
	limit := time.NewTimer(callLimit)
	defer limit.Stop()
	select {
	case r := <-p:
		return r, nil
	case <-limit.C:
		return callResult{failure: fmt.Sprintf("no answer within %s", callLimit)}, nil
	case <-ctx.Done():
		return callResult{}, fmt.Errorf("wait for an answer: %w", context.Cause(ctx))
	}
}

// close ends the command: it is asked by the end of its input and a signal,
// then killed. It returns when the command is reaped.
func (c *client) close() {
	_ = c.stdin.Close()
	_ = terminate(c.cmd.Process)
	limit := time.NewTimer(endLimit)
	defer limit.Stop()
	select {
	case <-c.ended:
		return
	case <-limit.C:
	}
	_ = c.cmd.Process.Kill() // it may have ended just now
	_ = c.stdout.Close()     // a child of the command may hold the other end
	<-c.ended
}

// compact renders a value for people.
func compact(v any) string {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return string(bytes.TrimSpace(buf.Bytes()))
}
