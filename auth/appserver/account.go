package appserver

import (
	"sync"

	"rekey/auth"
)

// telling is what the client of a connection knows about the account.
type telling struct {
	mu    sync.Mutex
	own   int // changes by this connection that are under way: their end tells
	known account
}

// account is what account/updated is about.
type account struct{ method, email, plan string }

// watchAccount sends account/updated when another program has changed the account
// or plan.
func (c *conn) watchAccount() {
	for range c.server.Home.Subscribe(c.ctx) {
		if c.tell() != nil {
			return
		}
	}
}

// told notes what the client knows.
func (c *conn) told(known account) {
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	c.account.known = known
}

// tell sends account/updated unless the client knows the account, or will be told at
// the end of its own change. Two do not do so at once: the last that is sent is true.
func (c *conn) tell() error {
	if !c.server.Pushes {
		return nil
	}
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	st := c.server.Home.State()
	now := accountOf(st)
	if c.account.own > 0 || now == c.account.known || st.Status == auth.StatusUnreadable {
		return nil
	}
	c.account.known = now
	s, _ := c.server.Home.Manager().Snapshot()
	return c.write(note(noteUpdated, updated(s)))
}

// changing begins a change by this connection. The caller ends it with end, after it
// has told the client how it ended.
func (c *conn) changing() (end func()) {
	count := func(n int) {
		c.account.mu.Lock()
		defer c.account.mu.Unlock()
		c.account.own += n
	}
	count(1)
	return func() {
		count(-1)
		_ = c.tell() // what others have changed meanwhile; the client may have gone
	}
}

// changed is changing for a request that makes the change itself: it ends when its
// notifications are sent.
func (c *conn) changed() (end func()) {
	ended := c.changing()
	return func() { c.after = append(c.after, ended) }
}

func accountOf(st auth.State) account { return account{string(st.Method), st.Email, st.Plan} }
