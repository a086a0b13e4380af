package promises_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"rekey/auth/appserver"
)

// P5: the agent is killed and started three times beside a dead sign-in, and
// several faces wait to notify each time. One of them does, once. So for the
// next sign-in that dies.
func TestOneNotificationForADeadSignIn(t *testing.T) {
	t.Parallel()
	const restarts, faces = 3, 4
	w := newWorld(t)
	for death := range 2 {
		w.must(w.SignIn(-1)) // the access token has ended, too
		w.Server.RevokeAll()
		told := 0
		for range restarts + 1 {
			agent := w.watch()
			claims := make([]*claims, faces)
			for i := range claims {
				claims[i] = w.claims()
			}
			for _, c := range claims {
				c.owed(w)
			}
			for _, c := range claims {
				told += c.stop()
			}
			agent.Kill()
		}
		if told != 1 {
			t.Errorf("sign-in %d: %d notifications over %d starts, want one", death+1, told, restarts+1)
		}
		w.wantRequests(death + 1)
	}
}

// claims is a face that shows every notification it can claim.
type claims struct {
	client *appserver.Client
	ended  sync.WaitGroup
	shown  atomic.Int64
	asked  chan struct{} // closed after the first claim, however it ended
}

// claims attaches a face to the home's agent.
func (w *world) claims() *claims {
	w.t.Helper()
	client, err := w.Attach(w.ctx)
	w.must(err)
	c := &claims{client: client, asked: make(chan struct{})}
	first := sync.OnceFunc(func() { close(c.asked) })
	c.ended.Go(func() {
		notice := ""
		for s := range client.Subscribe(w.ctx) {
			if s.Notice == "" || s.Notice == notice {
				continue
			}
			notice = s.Notice
			ok, err := client.ClaimNotice(w.ctx, notice)
			if err != nil {
				w.t.Errorf("claim: %v", err)
			}
			if ok {
				c.shown.Add(1)
			}
			first()
		}
	})
	return c
}

// owed waits until the face has tried to claim a notification.
func (c *claims) owed(w *world) {
	w.t.Helper()
	select {
	case <-c.asked:
	case <-w.ctx.Done():
		w.t.Fatalf("no notification was owed: %v", context.Cause(w.ctx))
	}
}

// stop detaches the face and returns how often it has notified.
func (c *claims) stop() int {
	_ = c.client.Close()
	c.ended.Wait()
	return int(c.shown.Load())
}
