package agent

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"rekey/auth/appserver"
)

// door lets clients in, as long as there is room for them.
type door struct {
	server  *appserver.Server
	log     *slog.Logger
	places  chan struct{} // holds one for each client
	clients sync.WaitGroup
}

// doorPause is how long no client is let in where the system cannot: it has
// too few handles, for one.
const doorPause = time.Second

// accept lets clients in until the listener is closed.
func (d *door) accept(ctx context.Context, l net.Listener) error {
	for {
		nc, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			d.log.Warn("no client can connect for a moment", "error", err)
			if !pause(ctx, doorPause) {
				return nil
			}
			continue
		}
		if err := appserver.SameUser(nc); err != nil {
			d.log.Warn("a client was refused", "error", err)
			_ = nc.Close()
			continue
		}
		select {
		case d.places <- struct{}{}:
			d.clients.Go(func() {
				defer func() { <-d.places }()
				d.serve(ctx, nc)
			})
		default:
			d.log.Warn("a client was refused", "error", appserver.ErrFull)
			appserver.Refuse(nc, appserver.ErrFull)
		}
	}
}

// serve answers one client until it goes or ctx ends.
func (d *door) serve(ctx context.Context, nc net.Conn) {
	// A client that does not read holds up whoever writes to it, and for some
	// seconds the end of the server too, but for this.
	hangUp := context.AfterFunc(ctx, func() { _ = nc.Close() })
	defer hangUp()
	if err := d.server.Serve(ctx, nc); err != nil {
		d.log.Info("a client's connection broke", "error", err)
	}
}

// pause waits, and reports false where ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
