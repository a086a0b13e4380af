package appserver

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"rekey/auth"
	"rekey/internal/fault"
	"rekey/usage"
)

// ErrAgentGone means that the agent has exited or closed the connection.
var ErrAgentGone = fault.New("agent_gone", "the Rekey that looked after this home has exited")

// Client is a face's session with the agent in another process. All methods
// are safe for concurrent use.
type Client struct {
	*wire
	home    string
	version string // the agent's
	canQuit bool
	states  auth.Broadcast[auth.State]
	usages  auth.Broadcast[usage.Usage]
}

// Dial connects to the agent's socket, checks that the process behind it is
// the same user's, and subscribes to its State. ctx bounds the dialling only.
func Dial(ctx context.Context, socket string) (*Client, error) {
	nc, err := dial(ctx, socket)
	if err != nil {
		return nil, fault.New("no_agent", "no Rekey answers: {{.Why}}", "Why", err)
	}
	if err := SameUser(nc); err != nil {
		_ = nc.Close()
		return nil, err
	}
	c := &Client{wire: newWire(context.Background(), nc, Limits{})}
	go func() { // exits with the connection
		_ = c.read(c.told)
		c.hangUp(ErrAgentGone)
	}()
	if err := c.begin(ctx); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// begin sends initialize and fetches the first State.
func (c *Client) begin(ctx context.Context) error {
	var hello initializeParams
	hello.ClientInfo.Name, hello.ClientInfo.Version = "rekey", "1"
	ours := spoken()
	hello.Rekey = &introduction{Schema: &ours, Subscribe: true}
	var welcome initializeResult
	if err := c.ask(ctx, methodInitialize, hello, &welcome); err != nil {
		return err
	}
	if welcome.Rekey == nil {
		welcome.Rekey = &program{} // an agent from before there were versions
	}
	if err := compare(*welcome.Rekey, spoken()); err != nil {
		return err
	}
	c.home, c.version, c.canQuit = welcome.CodexHome, welcome.Rekey.Version, welcome.Rekey.CanQuit
	first := welcome.Rekey.State
	if first == nil { // an older agent
		var answer stateMessage
		if err := c.ask(ctx, methodSubscribe, struct{}{}, &answer); err != nil {
			return err
		}
		first = &answer.State
	}
	if _, newer := c.states.Last(); !newer {
		c.states.Publish(*first)
	}
	return nil
}

// told handles the agent's notifications, and an error without a request, which
// says why the agent does not serve this client.
func (c *Client) told(m message) {
	switch m.Method {
	case noteState:
		var pushed stateMessage
		if json.Unmarshal(m.Params, &pushed) == nil {
			c.states.Publish(pushed.State)
		}
	case noteUsage:
		var pushed usageMessage
		if json.Unmarshal(m.Params, &pushed) == nil {
			c.usages.Publish(pushed.Usage)
		}
	case "":
		_, err := m.answer()
		if why, ok := errors.AsType[*rpcError](err); ok && string(m.ID) == "null" {
			c.hangUp(remoteError(why))
		}
	}
}

// ask sends one request. The agent's errors are returned with their types. If
// result is nil, the answer is discarded.
func (c *Client) ask(ctx context.Context, method string, params, result any) error {
	answer, err := c.call(ctx, method, params)
	var remote *rpcError
	switch {
	case err == nil && result == nil:
		return nil
	case err == nil:
		return json.Unmarshal(answer, result)
	case errors.As(err, &remote):
		return remoteError(remote)
	}
	// The connection is broken. If the agent has said why, that may still be being
	// read.
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-c.ctx.Done():
		return context.Cause(c.ctx)
	}
}

// Home is the directory of the home that the agent keeps.
func (c *Client) Home() string { return c.home }

// AgentVersion is the version of the agent's program, "" if it does not say.
func (c *Client) AgentVersion() string { return c.version }

// State returns the newest State that the agent has sent.
func (c *Client) State() auth.State {
	st, _ := c.states.Last()
	return st
}

// Subscribe implements auth.Session. The channel is also closed when the agent goes.
func (c *Client) Subscribe(ctx context.Context) <-chan auth.State {
	ctx, cancel := context.WithCancel(ctx)
	context.AfterFunc(c.ctx, cancel)
	return c.states.Subscribe(ctx)
}

// Refresh implements auth.Session.
func (c *Client) Refresh(ctx context.Context) error {
	return c.ask(ctx, methodRefresh, struct{}{}, nil)
}

// SignIn implements auth.Session.
func (c *Client) SignIn(ctx context.Context, method auth.SignInMethod) error {
	return c.ask(ctx, methodSignIn, signInParams{Method: method}, nil)
}

// SignInShown is SignIn for callers that open the page in the browser
// themselves: its address is in the State.
func (c *Client) SignInShown(ctx context.Context, method auth.SignInMethod) error {
	return c.ask(ctx, methodSignIn, signInParams{Method: method, ClientOpens: true}, nil)
}

// CancelSignIn implements auth.Session.
func (c *Client) CancelSignIn() { _ = c.ask(c.ctx, methodCancelSignIn, struct{}{}, nil) }

// AnswerSignIn implements auth.Session.
func (c *Client) AnswerSignIn(ctx context.Context, yes bool) error {
	return c.ask(ctx, methodAnswerSignIn, answerParams{yes}, nil)
}

// SignOut implements auth.Session.
func (c *Client) SignOut(ctx context.Context) error {
	return c.ask(ctx, methodSignOut, struct{}{}, nil)
}

// Unlock implements auth.Session.
func (c *Client) Unlock(ctx context.Context) error {
	return c.ask(ctx, methodUnlock, struct{}{}, nil)
}

// SetPreferences implements auth.Session.
func (c *Client) SetPreferences(ctx context.Context, change auth.PreferenceChange) error {
	return c.ask(ctx, methodPreferences, change, nil)
}

// Activity implements auth.Session.
func (c *Client) Activity(ctx context.Context) ([]auth.Activity, error) {
	var r activityResult
	err := c.ask(ctx, methodActivity, struct{}{}, &r)
	return r.Activities, err
}

// Token implements auth.Session.
func (c *Client) Token(ctx context.Context, atLeast time.Duration) (auth.AccessToken, error) {
	var r tokenResult
	if err := c.ask(ctx, methodToken, tokenParams{atLeast.Seconds()}, &r); err != nil {
		return auth.AccessToken{}, err
	}
	return auth.AccessToken{Token: auth.NewSecret(r.AccessToken), ExpiresAt: r.ExpiresAt}, nil
}

// ClaimNotice implements auth.Session.
func (c *Client) ClaimNotice(ctx context.Context, notice string) (bool, error) {
	var r claimResult
	err := c.ask(ctx, methodClaimNotice, claimParams{notice}, &r)
	return r.Claimed, err
}

// CanQuit reports whether the agent's program can be ended by Quit: one with a tray
// can, one that runs as a service cannot.
func (c *Client) CanQuit() bool { return c.canQuit }

// Quit ends the agent's program, as its menu's Quit does. It does not wait for a
// refresh under way, for which the program does.
func (c *Client) Quit(ctx context.Context) error {
	if err := c.ask(ctx, methodQuit, struct{}{}, nil); !errors.Is(err, ErrAgentGone) {
		return err
	}
	return nil // gone before its answer
}

// Done is closed when the connection has ended.
func (c *Client) Done() <-chan struct{} { return c.ctx.Done() }

// Close closes the connection. It never fails.
func (c *Client) Close() error {
	c.hangUp(ErrAgentGone)
	return nil
}
