package appserver

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"

	"rekey/auth"
)

// conn is one connection to a Server.
type conn struct {
	*wire
	server     *Server
	handlers   map[string]handler
	work       sync.WaitGroup // requests, and goroutines that outlive them
	places     chan struct{}  // holds one value for each request under way
	turn       chan struct{}  // closed when the latest of Codex's requests is answered; only take touches it
	greeting   chan struct{}  // closed when initialize is answered; only take touches it
	after      []func()       // what to do after the answer; only the request whose turn it is touches it
	welcome    func() bool    // stops the timer for initialize
	recovering sync.Mutex     // one step of recovery at a time
	account    telling

	mu           sync.Mutex // guards everything below
	experimental bool
	unwanted     []string // notifications that the client does not want
	subscribed   bool
	login        *signIn
	recovery     *auth.UnauthorizedRecovery
}

// write sends a message, unless it is a notification that the client does not want.
func (c *conn) write(o outgoing) error {
	c.mu.Lock()
	unwanted := o.Method != "" && o.ID == nil && slices.Contains(c.unwanted, o.Method)
	c.mu.Unlock()
	if unwanted {
		return nil
	}
	return c.wire.write(o)
}

// handler answers one method. A nil result is written as {}; with an error none
// is written.
type handler func(ctx context.Context, params json.RawMessage) (any, error)

// followed is the result of a handler, with what sends notifications once it is
// written.
type followed struct {
	result   any
	watchers []func()
}

// methods returns the handlers by method.
func (c *conn) methods() map[string]handler {
	return map[string]handler{
		methodInitialize:   with(c.initialize),
		methodAuthStatus:   with(c.authStatus),
		methodAccountRead:  with(c.accountRead),
		methodRateLimits:   c.rateLimits,
		methodLoginStart:   with(c.loginStart),
		methodLoginCancel:  with(c.loginCancel),
		methodLogout:       c.logout,
		methodState:        c.state,
		methodSubscribe:    c.subscribe,
		methodRefresh:      c.refresh,
		methodSignIn:       with(c.signIn),
		methodCancelSignIn: c.cancelSignIn,
		methodAnswerSignIn: with(c.answerSignIn),
		methodSignOut:      c.signOut,
		methodUnlock:       c.unlock,
		methodPreferences:  with(c.setPreferences),
		methodToken:        with(c.token),
		methodActivity:     c.activity,
		methodClaimNotice:  with(c.claimNotice),
		methodUsage:        with(c.usage),
		methodUsageHistory: c.usageHistory,
		methodLoans:        c.loans,
		methodPushLoan:     with(c.pushLoan),
		methodStopLoan:     with(c.stopLoan),
		methodRecover:      c.recover,
		methodQuit:         c.quit,
	}
}

// with parses the parameters, which are required, for a handler. As in Codex,
// unknown members are ignored. Errors name what is wrong without quoting it.
func with[P any](handle func(context.Context, P) (any, error)) handler {
	return func(ctx context.Context, raw json.RawMessage) (any, error) {
		if raw == nil || string(raw) == "null" {
			return nil, invalid("Invalid request: missing field `params`")
		}
		var p P
		if err := readParams(raw, &p); err != nil {
			return nil, err
		}
		return handle(ctx, p)
	}
}

// take starts a request once there is a free place. Codex answers one request
// after the other, so its methods wait for their turn. Rekey's own do not, except
// for that of initialize, because otherwise a sign-in could not be cancelled.
// Messages without an id get no answer.
func (c *conn) take(m message) {
	if m.Method == "" || string(m.ID) == "null" {
		return
	}
	select {
	case c.places <- struct{}{}:
	case <-c.ctx.Done():
		return
	}
	own := strings.HasPrefix(m.Method, ownPrefix)
	before, mine := c.turn, make(chan struct{})
	switch {
	case own:
		before = c.greeting
	case m.Method == methodInitialize && !c.known.Load():
		c.turn, c.greeting = mine, mine
	default:
		c.turn = mine
	}
	c.work.Go(func() {
		defer func() { close(mine); <-c.places }()
		<-before
		switch {
		case own:
			c.respond(m)
		case c.ctx.Err() == nil:
			c.respond(m)
			for _, do := range c.after {
				do()
			}
			c.after = nil
		}
	})
}

// respond runs a request and writes the answer. When the connection ends meanwhile,
// by either side, a failure is none of the client's: it sees the end.
func (c *conn) respond(m message) {
	result, err := c.run(m)
	if err != nil && c.ctx.Err() != nil {
		return
	}
	f, _ := result.(followed)
	if f.result != nil {
		result = f.result
	}
	answer := outgoing{ID: m.ID}
	switch {
	case err == nil:
		answer.Result = cmp.Or(result, any(struct{}{}))
	case !errors.As(err, &answer.Error):
		answer.Error = &rpcError{Code: codeInternal, Message: err.Error()}
	}
	_ = c.write(answer)
	for _, watch := range f.watchers {
		c.work.Go(watch)
	}
}

// run checks that the connection has been initialized, and no more than once.
func (c *conn) run(m message) (any, error) {
	known, handle := c.known.Load(), c.handlers[m.Method]
	switch {
	case m.Method == methodInitialize && known:
		return nil, invalid("Already initialized")
	case m.Method != methodInitialize && !known:
		return nil, invalid("Not initialized")
	case handle == nil:
		return nil, invalid("Invalid request: unknown variant `%s`", m.Method)
	}
	return handle(c.ctx, m.Params)
}
