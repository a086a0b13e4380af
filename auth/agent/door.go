package agent

import (
	"cmp"
	"context"
	"errors"
	"net"
	"time"

	"rekey/internal/fault"
)

// door is the home's socket as its agent keeps it: other programs find it in its
// place, whatever becomes of the folder. A user tidies it, or the system at a logout.
type door struct {
	path    string
	knocks  <-chan struct{}             // has a message when the socket may no longer be in its place
	deposed func(context.Context) error // see Agent
	opts    Options

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
	// doorPause is how long to wait after the first failure to open the socket. The
	// pauses double, so that lasting trouble wakes nobody for long.
	doorPause, doorPauses = 50 * time.Millisecond, 16
	// doorBreath is how long whoever removes the folder has to finish.
	doorBreath = 5 * time.Millisecond
	// doorWord is how many failures to put an open socket back are told to the user:
	// at a login the folder is made a moment before it can be used.
	doorWord = 5
)

// keep opens the socket, puts it back when it has gone, and gives serve each
// listener, until ctx is done or this process is deposed. What somebody else put in
// its place is left alone.
func (d *door) keep(ctx context.Context, serve func(net.Listener)) error {
	defer func() {
		if d.open != nil {
			_ = d.open.Close()
		}
	}()
	for {
		trouble := d.deposed(ctx)
		if errors.Is(trouble, errDeposed) {
			return trouble
		}
		if d.open == nil || !d.open.inPlace() && pause(ctx, doorBreath) {
			trouble = cmp.Or(d.reopen(serve), trouble)
		}
		var again <-chan time.Time
		if trouble != nil {
			again = time.After(doorPause << min(d.failures, doorPauses))
			d.failures++
		}
		select {
		case <-d.knocks:
			d.failures = 0
		case <-again:
		case <-ctx.Done():
			return nil
		}
	}
}

// reopen opens the socket, or opens it anew.
func (d *door) reopen(serve func(net.Listener)) error {
	l, err := listen(d.path, d.open == nil)
	if err != nil {
		if !d.told && (d.open == nil || d.failures >= doorWord) {
			d.told = true
			d.opts.Tell(fault.New("unreachable", "other programs cannot reach this Rekey: {{.Why}}", "Why", err))
		}
		return err
	}
	if d.open != nil {
		d.opts.Log.Info("the socket was gone and has been put back", "path", d.path)
		_ = d.open.Close() // its clients stay
	}
	d.open, d.failures, d.told = l, 0, false
	serve(l)
	return nil
}

// knock has the agent look whether its socket is in its place.
func (h *Home) knock() {
	select {
	case h.knocks <- struct{}{}:
	default:
	}
}
