package agent

import (
	"context"
	"runtime"
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
	s := &door{
		log:    a.opts.Log,
		places: make(chan struct{}, maxClients),
		server: &appserver.Server{
			Home: a.Home, Version: a.version, Platform: Platform(), Pushes: true, Limits: socketLimits, Log: a.opts.Log,
		},
	}
	defer s.clients.Wait()
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	return s.accept(ctx, l)
}

// Platform is this system's name in Codex's words.
func Platform() string {
	if runtime.GOOS == "darwin" {
		return "macos"
	}
	return runtime.GOOS
}
