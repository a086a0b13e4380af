package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sync/errgroup"

	"rekey/auth/appserver"
	"rekey/auth/store"
)

// ErrRunning means that another process is the agent of this home.
var ErrRunning = errors.New("Rekey is already running for this home")

// Agent is a Home whose agent lock this process holds.
type Agent struct {
	*Home
	unlock  func()
	version string
}

// Become takes the home's agent lock, or returns ErrRunning. The lock ends
// with Close or with the process. version is this program's, for clients.
func (h *Home) Become(version string) (*Agent, error) {
	path := filepath.Join(h.stateDir, "agent.lock")
	unlock, err := store.TryLock(path, 0o600)
	if errors.Is(err, store.ErrLockBusy) {
		return nil, ErrRunning
	}
	if err != nil {
		return nil, fmt.Errorf("agent lock: %w", err)
	}
	// Who it is, for people who look; nobody decides by it.
	_ = os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600)
	return &Agent{Home: h, unlock: unlock, version: version}, nil
}

// Run watches, keeps and serves until ctx ends or one of them cannot go on.
func (a *Agent) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.Watch(ctx) })
	group.Go(func() error { return a.keep(ctx) })
	group.Go(func() error {
		if err := a.serve(ctx); err != nil {
			// Without a socket the tray still works; only other programs miss out.
			a.opts.Log.Warn("the socket cannot be served", "error", err)
		}
		return nil
	})
	return group.Wait()
}

// Close gives up the agent lock after the renewal under way, if any.
func (a *Agent) Close(ctx context.Context) error {
	err := a.Home.Close(ctx)
	a.unlock()
	return err
}

// Socket returns the path of the home's socket, where its agent listens.
func (h *Home) Socket() string {
	return filepath.Join(h.opts.Dirs.Runtime, h.id+".sock")
}

// Attach connects to the agent of this home.
func (h *Home) Attach(ctx context.Context) (*appserver.Client, error) {
	if err := privateDir(h.opts.Dirs.Runtime); err != nil {
		return nil, err
	}
	return appserver.Dial(ctx, h.Socket())
}
