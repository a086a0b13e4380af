package appserver

import (
	"context"
	"sync"
	"time"

	"rekey/auth"
)

// forced lets the clients of a Server share a renewal that each of them has
// asked for: while it is under way, and for a while after. The Manager's own
// flight ends with its answer, so that clients which ask one after the other
// would each spend a refresh token. The zero value is ready for use; all
// methods are safe for concurrent use.
type forced struct {
	mu   sync.Mutex // guards last
	last *renewal   // nil before the first
}

// renewal is one that was forced.
type renewal struct {
	done chan struct{} // closed when everything below is set
	err  error
	at   time.Time
	left *auth.Snapshot // what it left in the Manager
}

// failedShare is the part of the spacing for which a failure stands: who is
// told of one tries again, and may be right to.
const failedShare = 5

// refresh renews m's credentials, or takes over the outcome of a renewal that
// is under way or not older than spacing.
func (f *forced) refresh(ctx context.Context, m *auth.Manager, spacing time.Duration) error {
	if spacing == 0 {
		return m.Refresh(ctx, auth.RefreshForced)
	}
	f.mu.Lock()
	r := f.last
	if r == nil || r.over(m, spacing) {
		r = &renewal{done: make(chan struct{})}
		f.last = r
		go r.run(context.WithoutCancel(ctx), m)
	}
	f.mu.Unlock()
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// run renews. It ends with the Manager's flight, which is bounded in time and
// which Manager.Close waits for.
func (r *renewal) run(ctx context.Context, m *auth.Manager) {
	r.err = m.Refresh(ctx, auth.RefreshForced)
	r.left, _ = m.Snapshot()
	r.at = time.Now()
	close(r.done)
}

// over reports whether the outcome stands no more.
func (r *renewal) over(m *auth.Manager, spacing time.Duration) bool {
	select {
	case <-r.done:
	default:
		return false
	}
	if r.err != nil {
		spacing /= failedShare
	}
	now, _ := m.Snapshot()
	return time.Since(r.at) >= spacing || !now.Equal(r.left)
}
