package appserver

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"rekey/auth"
)

// The handlers of Rekey's own methods. They may run concurrently.

func (c *conn) state(context.Context, json.RawMessage) (any, error) {
	return stateMessage{stateSchema, c.server.Home.State()}, nil
}

func (c *conn) subscribe(context.Context, json.RawMessage) (any, error) {
	st, watchers := c.follow()
	return followed{stateMessage{stateSchema, st}, watchers}, nil
}

// follow returns the State, and what pushes every later one and the usage.
func (c *conn) follow() (st auth.State, watchers []func()) {
	c.mu.Lock()
	first := !c.subscribed
	c.subscribed = true
	c.mu.Unlock()
	st = c.server.Home.State()
	if first {
		watchers = []func(){func() { c.watchState(st) }, c.watchUsage}
	}
	return st, watchers
}

// watchState pushes every State after the last one that the client was told,
// until the connection ends.
func (c *conn) watchState(last auth.State) {
	for st := range c.server.Home.Subscribe(c.ctx) {
		if st == last {
			continue
		}
		if last = st; c.write(note(noteState, stateMessage{stateSchema, st})) != nil {
			return
		}
	}
}

func (c *conn) refresh(ctx context.Context, _ json.RawMessage) (any, error) {
	return nil, failure(c.server.Home.Refresh(ctx))
}

func (c *conn) signIn(ctx context.Context, p signInParams) (any, error) {
	if p.ClientOpens {
		return nil, c.server.Home.SignInShown(ctx, p.Method)
	}
	return nil, c.server.Home.SignIn(ctx, p.Method)
}

func (c *conn) cancelSignIn(context.Context, json.RawMessage) (any, error) {
	c.server.Home.CancelSignIn()
	return nil, nil
}

func (c *conn) answerSignIn(ctx context.Context, p answerParams) (any, error) {
	return nil, c.server.Home.AnswerSignIn(ctx, p.Yes)
}

func (c *conn) signOut(ctx context.Context, _ json.RawMessage) (any, error) {
	return nil, failure(c.server.Home.SignOut(ctx))
}

func (c *conn) unlock(ctx context.Context, _ json.RawMessage) (any, error) {
	return nil, c.server.Home.Unlock(ctx)
}

func (c *conn) setPreferences(ctx context.Context, p auth.PreferenceChange) (any, error) {
	return nil, c.server.Home.SetPreferences(ctx, p)
}

func (c *conn) activity(ctx context.Context, _ json.RawMessage) (any, error) {
	list, err := c.server.Home.Activity(ctx)
	return activityResult{list}, err
}

func (c *conn) quit(context.Context, json.RawMessage) (any, error) {
	if c.server.Quit == nil {
		return nil, invalid("Invalid request: this Rekey is not ended by its clients")
	}
	c.server.Quit()
	return nil, nil
}

func (c *conn) token(ctx context.Context, p tokenParams) (any, error) {
	// Clamped, so that a huge value does not overflow.
	atLeast := min(max(0, p.MinValiditySeconds), math.MaxInt32)
	t, err := c.server.Home.Token(ctx, time.Duration(atLeast*float64(time.Second)))
	return tokenResult{t.Token.Reveal(), t.ExpiresAt}, failure(err)
}

func (c *conn) claimNotice(ctx context.Context, p claimParams) (any, error) {
	claimed, err := c.server.Home.ClaimNotice(ctx, p.Notice)
	return claimResult{claimed}, err
}

// recover takes the next step after the client's API call was refused with
// 401: reload, then refresh or ask the host program, then done. A new recovery
// starts after done, and when the credentials have changed.
func (c *conn) recover(ctx context.Context, _ json.RawMessage) (any, error) {
	c.mu.Lock()
	if c.recovery == nil {
		c.recovery = c.server.Home.Manager().Recover()
	}
	recovery := c.recovery
	c.mu.Unlock()
	c.recovering.Lock()
	step, err := recovery.Next(ctx)
	c.recovering.Unlock()
	if step == auth.RecoveryDone {
		c.mu.Lock()
		c.recovery = nil
		c.mu.Unlock()
	}
	return recoverResult{step}, failure(err)
}
