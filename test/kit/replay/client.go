package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	"rekey/test/kit/sandbox"
)

const (
	// callLimit is above the slowest answer in the recordings, which waits for
	// a lock for 40 s.
	callLimit = 90 * time.Second
	// endLimit is how long a command may take to end by itself.
	endLimit = 300 * time.Millisecond
)

// client is the command under test and the calls to it.
type client struct {
	*sandbox.Client
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout io.ReadCloser
	ended  chan struct{} // closed when the command has ended and is reaped
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
	ended := make(chan struct{})
	c := &client{sandbox.NewClient(stdin, ended), cmd, stdin, stdout, ended}
	go func() {
		defer close(ended)
		c.Listen(stdout)
		_ = cmd.Wait() // how it ends is no part of a recording
	}()
	return c, nil
}

// resultOf waits for an answer. An error means that ctx ended, not that the call
// failed.
func resultOf(ctx context.Context, call sandbox.Pending) (r callResult, err error) {
	limited, cancel := context.WithTimeoutCause(ctx, callLimit, fmt.Errorf("no answer within %s", callLimit))
	defer cancel()
	var raw json.RawMessage
	err = call.Wait(limited, &raw)
	if err == nil {
		r.value, err = decodeValue(raw)
	}
	switch {
	case err == nil:
		return r, nil
	case ctx.Err() != nil && errors.Is(err, context.Cause(ctx)):
		return r, fmt.Errorf("wait for an answer: %w", err)
	}
	return callResult{failure: err.Error()}, nil
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
func compact(v any) string { return string(quote(v)) }
