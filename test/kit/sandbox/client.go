package sandbox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"unicode/utf8"
)

// Client calls a program that speaks Codex's app-server dialect over its standard
// streams. Its methods are safe for concurrent use.
type Client struct {
	in    io.Writer
	ended <-chan struct{}

	sending sync.Mutex // one line at a time

	mu      sync.Mutex // guards everything below
	last    int        // the last call's id
	waiting map[int]chan<- answer
}

// NewClient returns the client of a program whose standard input is in; ended is
// closed after its last answer. Its standard output goes to Listen.
func NewClient(in io.Writer, ended <-chan struct{}) *Client {
	return &Client{in: in, ended: ended, waiting: make(map[int]chan<- answer)}
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

// errEnded answers calls to a process that has ended.
var errEnded = errors.New("the app-server has ended")

// message is a call, or a notification where it has no ID.
type message struct {
	ID     int    `json:"id,omitempty"`
	Method string `json:"method"`
	Params any    `json:"params,omitempty"`
}

// Call asks and waits for the answer, until ctx or the process ends. result is
// where the answer goes, nil where nobody wants it. An error that the program
// answers with is a *CallError.
func (c *Client) Call(ctx context.Context, method string, params, result any) error {
	return c.Begin(method, params).Wait(ctx, result)
}

// Begin asks and does not wait for the answer.
func (c *Client) Begin(method string, params any) Pending {
	answers := make(chan answer, 1) // one each, so that nobody blocks
	c.mu.Lock()
	c.last++
	id := c.last
	c.waiting[id] = answers
	c.mu.Unlock()
	_ = c.send(message{ID: id, Method: method, Params: params}) // that the program is gone shows in Wait
	return Pending{answers, c.ended}
}

// Initialize introduces the client, and returns when the program has answered.
func (c *Client) Initialize(ctx context.Context, name string) error {
	hello := map[string]any{"clientInfo": map[string]string{"name": name, "version": "0"}}
	if err := c.Call(ctx, "initialize", hello, nil); err != nil {
		return err
	}
	return c.send(message{Method: "initialized"})
}

// Pending is a call whose answer is still to come.
type Pending struct {
	answers <-chan answer
	ended   <-chan struct{}
}

// Wait waits for the answer as Call does. It is called once.
func (p Pending) Wait(ctx context.Context, result any) error {
	var got answer
	select {
	case got = <-p.answers:
	case <-p.ended:
		select {
		case got = <-p.answers: // its last one
		default:
			return errEnded
		}
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	switch {
	case got.Error != nil:
		return got.Error
	case result != nil:
		return json.Unmarshal(got.Result, result)
	}
	return nil
}

func (c *Client) send(m message) error {
	line, err := json.Marshal(m)
	if err != nil {
		return err
	}
	c.sending.Lock()
	defer c.sending.Unlock()
	_, err = c.in.Write(append(line, '\n'))
	return err
}

// Listen hands the answers in r to their calls until its end.
func (c *Client) Listen(r io.Reader) { eachLine(r, c.deliver) }

// deliver hands a line to the call that it answers.
func (c *Client) deliver(line []byte) {
	var got answer
	if !utf8.Valid(line) || json.Unmarshal(line, &got) != nil || got.ID == nil {
		return // a notification
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if waits, ok := c.waiting[*got.ID]; ok {
		delete(c.waiting, *got.ID)
		waits <- got
	}
}

// AppServer is a running "app-server", Codex's or Rekey's, and the calls to it.
// Its methods are safe for concurrent use.
type AppServer struct {
	*Process
	*Client
}

// StartAppServer starts a program's app-server and introduces itself. It
// returns when the program has answered.
func (s *Sandbox) StartAppServer(ctx context.Context, program string, args ...string) (*AppServer, error) {
	a := &AppServer{Client: NewClient(nil, nil)}
	p, err := s.Start(a.deliver, program, append([]string{"app-server"}, args...)...)
	if err != nil {
		return nil, err
	}
	a.Process, a.in, a.Client.ended = p, p.stdin, p.ended
	if err := a.Initialize(ctx, "sandbox"); err != nil {
		p.Kill()
		return nil, fmt.Errorf("%s app-server: %w\n%s", program, err, p.Stderr())
	}
	return a, nil
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
