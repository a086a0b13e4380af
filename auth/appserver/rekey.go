package appserver

import (
	"context"
	"math"
	"time"

	"github.com/creachadair/jrpc2"

	"rekey/auth"
)

// The handlers of Rekey's own methods. They run as they come.

func (c *conn) state(context.Context, *jrpc2.Request) (any, error) {
	return stateMessage{stateSchema, c.server.Home.Manager().State()}, nil
}

func (c *conn) subscribe(context.Context, *jrpc2.Request) (any, error) {
	c.mu.Lock()
	first := !c.subscribed
	c.subscribed = true
	c.mu.Unlock()
	if first {
		c.work.Go(c.watchState)
		c.work.Go(c.watchUsage)
	}
	return stateMessage{stateSchema, c.server.Home.Manager().State()}, nil
}

// watchState pushes every new State until the connection ends.
func (c *conn) watchState() {
	for st := range c.server.Home.Manager().Subscribe(c.ctx) {
		if c.wire.notify(noteState, stateMessage{stateSchema, st}) != nil {
			return
		}
	}
}

// watchAccount pushes account/updated when somebody else has changed the
// account or plan. What this connection has caused is told where it happens.
func (c *conn) watchAccount() {
	manager := c.server.Home.Manager()
	var last auth.State
	first := true
	for st := range manager.Subscribe(c.ctx) {
		changed := st.Method != last.Method || st.Email != last.Email || st.Plan != last.Plan
		told := first || !changed || st.Status == auth.StatusUnreadable
		last, first = st, false
		if told || !c.server.Pushes {
			continue
		}
		s, _ := manager.Snapshot()
		if c.wire.notify(noteUpdated, updated(s)) != nil {
			return
		}
	}
}

func (c *conn) refresh(ctx context.Context, _ *jrpc2.Request) (any, error) {
	return nil, failure(c.server.Home.Refresh(ctx))
}

func (c *conn) signIn(ctx context.Context, req *jrpc2.Request) (any, error) {
	p, err := params[signInParams](req)
	if err != nil {
		return nil, err
	}
	if p.ClientOpens {
		err = c.server.Home.SignInShown(ctx, p.Method)
	} else {
		err = c.server.Home.SignIn(ctx, p.Method)
	}
	if err != nil {
		return nil, internal("%v", err)
	}
	return nil, nil
}

func (c *conn) cancelSignIn(context.Context, *jrpc2.Request) (any, error) {
	c.server.Home.CancelSignIn()
	return nil, nil
}

func (c *conn) answerSignIn(ctx context.Context, req *jrpc2.Request) (any, error) {
	p, err := params[answerParams](req)
	if err != nil {
		return nil, err
	}
	return nil, c.server.Home.AnswerSignIn(ctx, p.Yes)
}

func (c *conn) signOut(ctx context.Context, _ *jrpc2.Request) (any, error) {
	if err := c.server.Home.SignOut(ctx); err != nil {
		return nil, failure(err)
	}
	return nil, nil
}

func (c *conn) unlock(ctx context.Context, _ *jrpc2.Request) (any, error) {
	if err := c.server.Home.Unlock(ctx); err != nil {
		return nil, internal("%v", err)
	}
	return nil, nil
}

func (c *conn) setPreferences(ctx context.Context, req *jrpc2.Request) (any, error) {
	p, err := params[auth.PreferenceChange](req)
	if err != nil {
		return nil, err
	}
	if err := c.server.Home.SetPreferences(ctx, p); err != nil {
		return nil, internal("%v", err)
	}
	return nil, nil
}

func (c *conn) activity(ctx context.Context, _ *jrpc2.Request) (any, error) {
	list, err := c.server.Home.Activity(ctx)
	if err != nil {
		return nil, internal("%v", err)
	}
	return activityResult{list}, nil
}

func (c *conn) token(ctx context.Context, req *jrpc2.Request) (any, error) {
	p, err := params[tokenParams](req)
	if err != nil {
		return nil, err
	}
	// The longest there is stands for what is longer, and wraps round to nothing less.
	atLeast := min(max(0, p.MinValiditySeconds), math.MaxInt32)
	t, err := c.server.Home.Token(ctx, time.Duration(atLeast*float64(time.Second)))
	if err != nil {
		return nil, failure(err)
	}
	return tokenResult{t.Token.Reveal(), t.ExpiresAt}, nil
}

func (c *conn) claimNotice(_ context.Context, req *jrpc2.Request) (any, error) {
	p, err := params[claimParams](req)
	if err != nil {
		return nil, err
	}
	claimed, err := c.server.Home.Manager().ClaimNotice(p.Notice)
	if err != nil {
		return nil, internal("%v", err)
	}
	return claimResult{claimed}, nil
}

// recover takes the next step after the client's API call was refused with
// 401: reload, then renew or ask the host program, then done. A new recovery
// begins after done and after the credentials have changed.
func (c *conn) recover(ctx context.Context, _ *jrpc2.Request) (any, error) {
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
	if err != nil {
		return nil, failure(err)
	}
	return recoverResult{step}, nil
}
