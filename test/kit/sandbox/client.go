package sandbox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// AppServer is a running "app-server", Codex's or Rekey's, and the calls to it.
// Its methods are safe for concurrent use.
type AppServer struct {
	*Process

	sending sync.Mutex // one line at a time

	mu      sync.Mutex // guards everything below
	last    int        // the last call's id
	waiting map[int]chan<- answer
}

// answer is a line that answers a call.
type answer struct {
	ID     *int            `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *CallError      `json:"error"`
}

// CallError is the error that an app-server answers with.
type CallError struct {
	Message string `json:"message"`
	Data    struct {
		Permanent bool   `json:"permanent"`
		Reason    string `json:"reason"`
	} `json:"data"` // Rekey's
}

// Error implements error.
func (e *CallError) Error() string { return e.Message }

// ErrEnded answers calls to a process that has ended.
var ErrEnded = errors.New("the app-server has ended")

// StartAppServer starts a program's app-server and introduces itself. It
// returns when the program has answered.
func (s *Sandbox) StartAppServer(ctx context.Context, program string, args ...string) (*AppServer, error) {
	a := &AppServer{waiting: make(map[int]chan<- answer)}
	p, err := s.Start(a.deliver, program, append([]string{"app-server"}, args...)...)
	if err != nil {
		return nil, err
	}
	a.Process = p
	hello := map[string]any{"clientInfo": map[string]string{"name": "sandbox", "version": "0"}}
	if err := a.Call(ctx, "initialize", hello, nil); err != nil {
		p.Kill()
		return nil, fmt.Errorf("%s app-server: %w\n%s", program, err, p.Stderr())
	}
	return a, a.send(message{Method: "initialized"})
}

// message is a call, or a notification where it has no ID.
type message struct {
	ID     int    `json:"id,omitempty"`
	Method string `json:"method"`
	Params any    `json:"params,omitempty"`
}

// Call asks and waits for the answer, until ctx or the process ends. result is
// where the answer goes, nil where nobody wants it. An error that the program
// answers with is a *CallError.
func (a *AppServer) Call(ctx context.Context, method string, params, result any) error {
	pending, err := a.Begin(method, params)
	if err != nil {
		return err
	}
	return pending.Wait(ctx, result)
}

// Begin asks and does not wait for the answer.
func (a *AppServer) Begin(method string, params any) (Pending, error) {
	answers := make(chan answer, 1) // one each, so that nobody blocks
	a.mu.Lock()
	a.last++
	id := a.last
	a.waiting[id] = answers
	a.mu.Unlock()
	if err := a.send(message{ID: id, Method: method, Params: params}); err != nil {
		return Pending{}, fmt.Errorf("%w: %w", ErrEnded, err)
	}
	return Pending{answers, a.Ended()}, nil
}

// Pending is a call whose answer is still to come.
type Pending struct {
	answers <-chan answer
	ended   <-chan struct{}
}

// Wait waits for the answer as Call does. It is called once.
func (p Pending) Wait(ctx context.Context, result any) error {
	select {
	case got := <-p.answers:
		switch {
		case got.Error != nil:
			return got.Error
		case result != nil:
			return json.Unmarshal(got.Result, result)
		}
		return nil
	case <-p.ended:
		return ErrEnded
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (a *AppServer) send(m message) error {
	line, err := json.Marshal(m)
	if err != nil {
		return err
	}
	a.sending.Lock()
	defer a.sending.Unlock()
	_, err = a.stdin.Write(append(line, '\n'))
	return err
}

// deliver hands a line to the call that it answers.
func (a *AppServer) deliver(line []byte) {
	var got answer
	if json.Unmarshal(line, &got) != nil || got.ID == nil {
		return // a notification
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if waits, ok := a.waiting[*got.ID]; ok {
		delete(a.waiting, *got.ID)
		waits <- got
	}
}

// AuthStatus is the answer to getAuthStatus. What is "" was null.
type AuthStatus struct {
	Method string `json:"authMethod"`
	Token  string `json:"authToken"`
}

// AuthStatus asks for the token, after a refresh if forced.
func (a *AppServer) AuthStatus(ctx context.Context, forced bool) (st AuthStatus, err error) {
	params := map[string]bool{"includeToken": true, "refreshToken": forced}
	err = a.Call(ctx, "getAuthStatus", params, &st)
	return st, err
}

// eachLine hands out the lines of r until its end.
func eachLine(r io.Reader, do func([]byte)) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			do(line)
		}
		if err != nil {
			return
		}
	}
}
