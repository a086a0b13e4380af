package appserver

import (
	"context"
	"strings"
	"sync"

	"github.com/creachadair/jrpc2"

	"rekey/auth"
)

// conn is one connection.
type conn struct {
	server *Server
	wire   *wire
	rpc    *jrpc2.Server
	ctx    context.Context // ends with the connection; for work that outlives a request
	work   sync.WaitGroup  // that work
	// welcome ends the time in which the client has to introduce itself.
	welcome func()

	last turn // of the latest request; only Assign touches it, one call at a time

	mu           sync.Mutex // guards everything below
	initialized  bool
	experimental bool
	subscribed   bool
	login        *signIn
	recovery     *auth.UnauthorizedRecovery

	recovering sync.Mutex // one step of recovery at a time
}

// turn is closed when the request that holds it has been answered.
type turn chan struct{}

func closedTurn() turn {
	t := make(turn)
	close(t)
	return t
}

// handler answers one method. A nil result is written as {}.
type handler func(c *conn, ctx context.Context, req *jrpc2.Request) (any, error)

// Assign implements jrpc2.Assigner. The library calls it in the order of the
// requests but runs them all at once; Codex answers one after the other. So
// each request of Codex's dialect waits for the turn of the one before.
// Rekey's own methods do not queue, else nobody could cancel a sign-in.
func (c *conn) Assign(ctx context.Context, method string) jrpc2.Handler {
	handle := c.find(method)
	if strings.HasPrefix(method, ownPrefix) {
		return func(ctx context.Context, req *jrpc2.Request) (any, error) { return c.run(ctx, req, handle) }
	}
	before, mine := c.last, make(turn)
	c.last = mine
	pass := sync.OnceFunc(func() { close(mine) })
	context.AfterFunc(ctx, pass) // a request that is cancelled may never be run
	return func(ctx context.Context, req *jrpc2.Request) (any, error) {
		defer pass()
		select {
		case <-before:
			return c.run(ctx, req, handle)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// run checks that the connection has been initialized, and no more than once.
func (c *conn) run(ctx context.Context, req *jrpc2.Request, handle handler) (any, error) {
	c.mu.Lock()
	initialized := c.initialized
	c.mu.Unlock()
	switch method := req.Method(); {
	case method == methodInitialize && initialized:
		return nil, invalid("Already initialized")
	case method != methodInitialize && !initialized:
		return nil, invalid("Not initialized")
	case handle == nil:
		return nil, invalid("Invalid request: unknown variant `%s`", method)
	}
	result, err := handle(c, ctx, req)
	if result == nil {
		result = struct{}{}
	}
	return result, err
}

// find returns the handler of a method, nil when there is none.
func (c *conn) find(method string) handler {
	switch method {
	case methodInitialize:
		return (*conn).initialize
	case methodAuthStatus:
		return (*conn).authStatus
	case methodAccountRead:
		return (*conn).accountRead
	case methodRateLimits:
		return (*conn).rateLimits
	case methodLoginStart:
		return (*conn).loginStart
	case methodLoginCancel:
		return (*conn).loginCancel
	case methodLogout:
		return (*conn).logout
	case methodState:
		return (*conn).state
	case methodSubscribe:
		return (*conn).subscribe
	case methodRefresh:
		return (*conn).refresh
	case methodSignIn:
		return (*conn).signIn
	case methodCancelSignIn:
		return (*conn).cancelSignIn
	case methodAnswerSignIn:
		return (*conn).answerSignIn
	case methodSignOut:
		return (*conn).signOut
	case methodUnlock:
		return (*conn).unlock
	case methodPreferences:
		return (*conn).setPreferences
	case methodToken:
		return (*conn).token
	case methodActivity:
		return (*conn).activity
	case methodClaimNotice:
		return (*conn).claimNotice
	case methodUsage:
		return (*conn).usage
	case methodUsageHistory:
		return (*conn).usageHistory
	case methodRecover:
		return (*conn).recover
	}
	return nil
}
