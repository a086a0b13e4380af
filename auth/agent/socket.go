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

// maxClients is the maximum number of simultaneous connections.
const maxClients = 256

// socketLimits bound what a client of the socket can cost the others.
var socketLimits = appserver.Limits{
	Introduce: 10 * time.Second,
	Line:      10 * time.Second,
	Write:     5 * time.Second,
	InFlight:  64,
}

// serve answers clients on the home's socket until ctx is done, or until this process
// is the agent no more. Without a socket the faces of this process still work. made is
// called whenever the socket was made.
func (a *Agent) serve(ctx context.Context, made func()) error {
	ctx, cancel := context.WithCancel(ctx)
	clients := &socketServer{
		log:    a.opts.Log,
		places: make(chan struct{}, maxClients),
		server: &appserver.Server{
			Home: a.Home, Version: a.version, Platform: Platform(), Pushes: true,
			Quit: a.opts.Quit, Limits: socketLimits,
		},
	}
	defer clients.clients.Wait()
	defer cancel()
	r := &reopener{path: a.Socket(), socketGone: a.socketGone, made: made, lostLock: a.lostLock, opts: a.opts}
	return r.keep(ctx, func(l net.Listener) { clients.clients.Go(func() { clients.accept(ctx, l) }) })
}

// Platform is this system's name in Codex's words.
func Platform() string {
	if runtime.GOOS == "darwin" {
		return "macos"
	}
	return runtime.GOOS
}

// socketServer accepts up to maxClients clients.
type socketServer struct {
	server  *appserver.Server
	log     *slog.Logger
	places  chan struct{} // holds one for each client
	clients sync.WaitGroup
}

// acceptPause is how long to wait when the system cannot accept a client, for
// example for lack of file descriptors.
const acceptPause = time.Second

// accept accepts clients until the listener is closed.
func (s *socketServer) accept(ctx context.Context, l net.Listener) {
	for {
		nc, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			s.log.Warn("cannot accept clients for a moment", "error", err)
			if !pause(ctx, acceptPause) {
				return
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

// serve answers one client until it leaves or ctx is done.
func (s *socketServer) serve(ctx context.Context, nc net.Conn) {
	// Otherwise a client that does not read could hold up its writers, and the
	// end of the server, for some seconds.
	hangUp := context.AfterFunc(ctx, func() { _ = nc.Close() })
	defer hangUp()
	if err := s.server.Serve(ctx, nc); err != nil {
		s.log.Info("a client's connection broke", "error", err)
	}
}

// pause waits, and returns false if ctx is done first.
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
