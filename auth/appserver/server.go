package appserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"syscall"

	"rekey/auth"
	"rekey/lend"
)

// Home is the sign-in a Server answers from. Implementations are safe for
// concurrent use.
type Home interface {
	// Manager holds the home's credentials.
	Manager() *auth.Manager
	// Dir is the home's directory, as Codex names it in codexHome.
	Dir() string
	// RequiresOpenAIAuth returns false when the configured model provider needs
	// no OpenAI credentials.
	RequiresOpenAIAuth() bool
	// Identify sets the client's name for the User-Agent of requests to the
	// authorization server.
	Identify(name, version string)
	// BeginSignIn starts a sign-in for a client that shows the page itself.
	// wait returns when it has ended; cancel ends it.
	BeginSignIn(ctx context.Context, method auth.SignInMethod) (shown auth.SignInProgress, wait func() error, cancel func(), err error)
	// SignInShown is SignIn for a client that opens the page itself.
	SignInShown(ctx context.Context, method auth.SignInMethod) error
	// AskUsage asks the backend with s, for account/rateLimits/read AsCodex:
	// for usage, and for the reset credits if details is set. If the latter
	// fails, resetCredits is nil.
	AskUsage(ctx context.Context, s *auth.Snapshot, details bool) (usage, resetCredits []byte, err error)
	lend.Session
}

var _ lend.Session = (*Client)(nil)

// Server answers connections from one Home.
type Server struct {
	// Home is required.
	Home Home
	// Version is this program's, for initialize.
	Version string
	// Platform is the operating system's name in Codex's words: "linux",
	// "macos" or "windows".
	Platform string
	// HostTokens allows the client to hand over tokens that it owns. Only set
	// it for a client on standard input.
	HostTokens bool
	// StaleAtStart refreshes stale credentials before initialize is answered, as
	// Codex does when it starts.
	StaleAtStart bool
	// AsCodex answers account/rateLimits/read as Codex does: it asks the
	// backend each time, and fails where Codex cannot read the answer.
	AsCodex bool
	// Pushes sends account/updated when another process has changed the account.
	Pushes bool
	// Quit begins the end of the program around the server, and returns at once.
	// Nil: clients cannot end it.
	Quit func()
	// Limits bound what one connection may cost the others.
	Limits Limits
}

// Serve answers one connection until the client closes it or ctx is done;
// neither is an error. It waits for the requests it has started. If the client
// exceeds the Limits, Serve closes the connection and returns why.
func (s *Server) Serve(ctx context.Context, rwc io.ReadWriteCloser) error {
	c := &conn{
		wire: newWire(ctx, rwc, s.Limits), server: s,
		places: make(chan struct{}, cmp.Or(s.Limits.InFlight, math.MaxInt32)), turn: make(chan struct{}),
	}
	c.greeting = c.turn // nothing to wait for before initialize
	close(c.turn)
	c.handlers = c.methods()
	c.welcome = c.within(s.Limits.Introduce, ErrNotIntroduced)
	err := c.read(c.take)
	select {
	case <-c.turn: // a client may close its side and still read answers
	case <-c.ctx.Done():
	}
	err = cmp.Or(context.Cause(c.ctx), err)
	c.hangUp(nil)
	c.welcome()
	c.stopSignIn("") // no client is left to show its page
	c.work.Wait()
	if ctx.Err() != nil || errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) { // reset: it had not read everything
		return nil
	}
	return fmt.Errorf("app-server connection: %w", err)
}
