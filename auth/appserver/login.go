package appserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"rekey/auth"
)

// signIn is a sign-in that this connection has started.
type signIn struct {
	id     string
	cancel func()
	// stopped: the client has cancelled it. Only stopSignIn sets it, before
	// calling cancel.
	stopped atomic.Bool
	told    chan struct{} // closed when the client knows how it has ended
}

// codexWords is an error in Codex's own words.
type codexWords string

// Error implements error.
func (w codexWords) Error() string { return string(w) }

func (c *conn) loginStart(ctx context.Context, p loginStartParams) (any, error) {
	switch p.Type {
	case "chatgptAuthTokens":
		defer c.changed()()
		return c.loginHostTokens(p)
	case "apiKey", "chatgpt", "chatgptDeviceCode":
	default:
		return nil, invalid("Invalid request: unknown variant `%s`, expected one of `apiKey`, `chatgpt`, `chatgptDeviceCode`, `chatgptAuthTokens`", p.Type)
	}
	if c.holdsHostTokens() {
		return nil, invalid("External auth is active. Use account/login/start (chatgptAuthTokens) to update it or account/logout to clear it.")
	}
	if p.Type == "apiKey" {
		defer c.changed()()
		return c.loginAPIKey(ctx, p)
	}
	return c.loginChatGPT(p.Type)
}

func (c *conn) loginAPIKey(ctx context.Context, p loginStartParams) (any, error) {
	if p.APIKey == nil {
		return nil, invalid("Invalid request: missing field `apiKey`")
	}
	next := auth.NewAPIKey(auth.NewSecret(*p.APIKey))
	held := c.server.Home.Manager()
	if reason := held.Restriction(next); reason != nil {
		return nil, invalid("%v", reason)
	}
	c.endSignIn()
	c.server.Home.CancelSignIn()
	if err := held.ReplaceSignIn(ctx, next); err != nil {
		return nil, fmt.Errorf("failed to save api key: %w", err)
	}
	c.completed(nil, nil)
	return loginStartResult{Type: p.Type}, nil
}

// loginChatGPT starts a sign-in in the browser or with a device code,
// cancelling a running one.
func (c *conn) loginChatGPT(kind string) (any, error) {
	c.stopSignIn("")
	method, starting := auth.SignInBrowser, "start login server"
	if kind == "chatgptDeviceCode" {
		method, starting = auth.SignInDevice, "request device code"
	}
	shown, wait, cancel, err := c.server.Home.BeginSignIn(c.ctx, method)
	switch {
	case errors.Is(err, auth.ErrSignInForbidden):
		return nil, invalid("ChatGPT login is disabled. Use API key login instead.")
	case errors.Is(err, auth.ErrNoDeviceCode):
		return nil, invalid("device code login is not enabled for this Codex server. Use the browser login or verify the server URL.")
	case err != nil:
		return nil, fmt.Errorf("failed to %s: %w", starting, err)
	}
	flow := &signIn{id: uuid.NewString(), cancel: cancel, told: make(chan struct{})}
	end := c.changing()
	c.mu.Lock()
	c.login = flow
	c.mu.Unlock()
	c.work.Go(func() {
		defer end()
		defer close(flow.told)
		err := wait()
		if err != nil && flow.stopped.Load() {
			err = codexWords("Login was not completed")
		}
		if err != nil && method == auth.SignInBrowser {
			err = fmt.Errorf("Login server error: %w", err) //nolint:staticcheck // Codex's own words
		}
		c.mu.Lock()
		if c.login == flow {
			c.login = nil
		}
		c.mu.Unlock()
		c.completed(&flow.id, err)
	})
	result := loginStartResult{Type: kind, LoginID: flow.id, AuthURL: shown.Page}
	if method == auth.SignInDevice {
		result.AuthURL, result.VerificationURL, result.UserCode = "", shown.Page, shown.UserCode
	}
	return result, nil
}

func (c *conn) loginCancel(_ context.Context, p loginCancelParams) (any, error) {
	id, err := uuid.Parse(p.LoginID)
	if err != nil || uuid.Validate(p.LoginID) != nil { // Parse ignores what stands for the braces
		return nil, invalid("invalid login id: %s", p.LoginID)
	}
	if c.stopSignIn(id.String()) != nil {
		return loginCancelResult{Status: "canceled"}, nil
	}
	return loginCancelResult{Status: "notFound"}, nil
}

// endSignIn cancels the running sign-in and gives the client the time to learn of it
// first, as from Codex.
func (c *conn) endSignIn() {
	flow := c.stopSignIn("")
	if flow == nil {
		return
	}
	const atMost = time.Second // it may just be saving what it got
	select {
	case <-flow.told:
	case <-c.ctx.Done():
	case <-time.After(atMost):
	}
}

// stopSignIn cancels the running sign-in if its id is id or id is "", and returns it.
func (c *conn) stopSignIn(id string) *signIn {
	c.mu.Lock()
	flow := c.login
	if flow != nil && (id == "" || flow.id == id) {
		c.login = nil
	} else {
		flow = nil
	}
	c.mu.Unlock()
	if flow == nil {
		return nil
	}
	flow.stopped.Store(true)
	flow.cancel()
	return flow
}

// completed tells the client how a sign-in ended. If it ended within its own
// request, the answer is sent first.
func (c *conn) completed(id *string, err error) {
	done := loginCompleted{LoginID: id, Success: err == nil}
	send := func(method string, p any) { _ = c.write(note(method, p)) } // the client may have gone
	if id == nil {
		send = c.later
	}
	if err != nil {
		text := err.Error()
		done.Error = &text
	}
	send(noteLoginCompleted, done)
	if err == nil {
		c.told(accountOf(c.server.Home.State()))
		s, _ := c.server.Home.Manager().Snapshot()
		send(noteUpdated, updated(s))
	}
}

func (c *conn) logout(ctx context.Context, params json.RawMessage) (any, error) {
	var none map[string]json.RawMessage
	if params != nil && (json.Unmarshal(params, &none) != nil || len(none) > 0) {
		return nil, invalid("Invalid request: account/logout takes no params")
	}
	defer c.changed()()
	c.endSignIn()
	external, err := c.server.Home.Manager().ClearExternal(ctx)
	if !external {
		err = c.server.Home.SignOut(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("logout failed: %w", err)
	}
	c.told(account{})
	c.later(noteUpdated, accountUpdated{})
	return nil, nil
}

// later sends a notification after the answer to the request.
func (c *conn) later(method string, p any) {
	c.after = append(c.after, func() { _ = c.write(note(method, p)) }) // the client may have gone
}
