package agent

import (
	"cmp"
	"context"
	"errors"
	"net"
	"time"

	"rekey/internal/fault"
)

// reopener keeps the home's socket in its place, whatever becomes of the folder: a
// user tidies it, or the system at a logout.
type reopener struct {
	path       string
	socketGone <-chan struct{}             // has a message when the socket may no longer be in its place
	made       func()                      // is told of each new socket
	lostLock   func(context.Context) error // see Agent
	opts       Options

	open     listener // the newest, nil before the first
	failures int      // in a row since the last change
	told     bool     // of the trouble there is
}

// listener is a listener that knows whether who dials its path reaches it.
type listener interface {
	net.Listener
	inPlace() bool
}

const (
	// reopenPause is how long to wait after the first failure to open the socket. The
	// pauses double, so that lasting trouble wakes nobody for long.
	reopenPause, reopenPauses = 50 * time.Millisecond, 16
	// socketRemovalPause is how long whoever removes the socket's folder has to finish.
	socketRemovalPause = 5 * time.Millisecond
	// failuresToTell is after how many failures to put the socket back the user is told:
	// at a login the folder is made a moment before it can be used.
	failuresToTell = 5
)

// keep opens the socket, puts it back when it has gone, and gives serve each
// listener, until ctx is done or the agent lock is lost. What somebody else put in
// its place is left alone.
func (r *reopener) keep(ctx context.Context, serve func(net.Listener)) error {
	defer func() {
		if r.open != nil {
			_ = r.open.Close()
		}
	}()
	for {
		trouble := r.lostLock(ctx)
		if errors.Is(trouble, errLockLost) {
			return trouble
		}
		if r.open == nil || !r.open.inPlace() && pause(ctx, socketRemovalPause) {
			trouble = cmp.Or(r.reopen(serve), trouble)
		}
		var again <-chan time.Time
		if trouble != nil {
			again = time.After(reopenPause << min(r.failures, reopenPauses))
			r.failures++
		}
		select {
		case <-r.socketGone:
			r.failures = 0
		case <-again:
		case <-ctx.Done():
			return nil
		}
	}
}

// reopen opens the socket, or opens it anew.
func (r *reopener) reopen(serve func(net.Listener)) error {
	l, err := listen(r.path, r.open == nil)
	if err != nil {
		if !r.told && (r.open == nil || r.failures >= failuresToTell) {
			r.told = true
			r.opts.Tell(fault.New("unreachable", "other programs cannot reach this Rekey: {{.Why}}", "Why", err))
		}
		return err
	}
	if r.open != nil {
		r.opts.Log.Info("the socket was gone and has been put back", "path", r.path)
		_ = r.open.Close() // its clients stay
	}
	r.open, r.failures, r.told = l, 0, false
	r.made()
	serve(l)
	return nil
}

// checkSocket has the agent look whether its socket is in its place.
func (h *Home) checkSocket() {
	select {
	case h.socketGone <- struct{}{}:
	default:
	}
}
