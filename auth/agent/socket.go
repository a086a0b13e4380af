package agent

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"runtime"
	"sync"
	"time"

	"rekey/auth/appserver"
)

// maxClients is how many connections the socket has at a time.
const maxClients = 256

// socketLimits bound what a client of the socket may cost the others.
var socketLimits = appserver.Limits{
	Introduce: 10 * time.Second,
	Line:      10 * time.Second,
	Write:     5 * time.Second,
	InFlight:  64,
}

// serve answers clients on the home's socket until ctx ends.
func (a *Agent) serve(ctx context.Context) error {
	l, err := listen(a.Socket())
	if err != nil {
		return err
	}
	clients := &socketServer{
		log:    a.opts.Log,
		places: make(chan struct{}, maxClients),
		server: &appserver.Server{
			Home: a.Home, Version: a.version, Platform: Platform(), Pushes: true, Limits: socketLimits, Log: a.opts.Log,
		},
	}
	defer clients.clients.Wait()
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	return clients.accept(ctx, l)
}

// Platform is this system's name in Codex's words.
func Platform() string {
	if runtime.GOOS == "darwin" {
		return "macos"
	}
	return runtime.GOOS
}

// socketServer lets clients in, as long as there is room for them.
type socketServer struct {
	server  *appserver.Server
	log     *slog.Logger
	places  chan struct{} // holds one for each client
	clients sync.WaitGroup
}

// acceptPause is how long no client is let in where the system cannot: it has
// too few handles, for one.
const acceptPause = time.Second

// accept lets clients in until the listener is closed.
func (s *socketServer) accept(ctx context.Context, l net.Listener) error {
	for {
		nc, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			s.log.Warn("no client can connect for a moment", "error", err)
			if !pause(ctx, acceptPause) {
				return nil
			}
			continue
		}
		if err := appserver.SameUser(nc); err != nil {
			s.log.Warn("a client was refused", "error", err)
			_ = nc.Close()
			continue
		}
		select {
		case s.places <- struct{}{}:
			s.clients.Go(func() {
				defer func() { <-s.places }()
				s.serve(ctx, nc)
			})
		default:
			s.log.Warn("a client was refused", "error", appserver.ErrFull)
			appserver.Refuse(nc, appserver.ErrFull)
		}
	}
}

// serve answers one client until it goes or ctx ends.
func (s *socketServer) serve(ctx context.Context, nc net.Conn) {
	// A client that does not read holds up whoever writes to it, and for some
	// seconds the end of the server too, but for this.
	hangUp := context.AfterFunc(ctx, func() { _ = nc.Close() })
	defer hangUp()
	if err := s.server.Serve(ctx, nc); err != nil {
		s.log.Info("a client's connection broke", "error", err)
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
