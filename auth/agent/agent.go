package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"rekey/auth/appserver"
	"rekey/auth/keeper"
	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// ErrRunning means that another process is the agent of this home.
var ErrRunning = fault.New("already_running", "another Rekey is running for this home")

// Agent is a Home whose agent lock this process holds.
type Agent struct {
	*Home
	lock    *Lock
	version string
}

// Become takes the home's agent lock, or returns ErrRunning. It reads the
// store, so that faces start with a true State. The lock ends with Close or
// with the process. version is this program's, for clients.
func (h *Home) Become(ctx context.Context, version string) (*Agent, error) {
	held, err := lock(h.opts.Store.Disk, h.stateDir, agentLock, h.Socket()+"\n")
	if err != nil {
		return nil, err
	}
	_ = h.Reload(ctx) // errors are in the State
	return &Agent{Home: h, lock: held, version: version}, nil
}

// lockPath is the agent lock's.
func (h *Home) lockPath() string { return filepath.Join(h.stateDir, agentLock) }

// errLockLost means that this process is the agent no more.
var errLockLost = fmt.Errorf("the agent lock has gone with its folder: %w", appserver.ErrAgentGone)

// stateRemovalPause is how long whoever removes Rekey's folder has to finish.
const stateRemovalPause = 100 * time.Millisecond

// lostLock returns errLockLost if the agent lock and what Rekey remembers have gone,
// because a user has removed the folder: then another process may be the agent by now,
// and this one could not refresh anything. While the folder cannot be made anew,
// because nothing is mounted there or the disk is full, any other error says why: it
// may come back as it was.
func (a *Agent) lostLock(ctx context.Context) error {
	if !a.lock.gone() || !pause(ctx, stateRemovalPause) {
		return nil
	}
	if err := a.opts.Store.Disk.OwnFolder(a.stateDir); err != nil {
		return err
	}
	again, err := lock(a.opts.Store.Disk, a.stateDir, agentLock, "")
	if err == nil {
		again.Unlock() // whoever is elected takes it
	} else if !errors.Is(err, ErrRunning) {
		return err
	}
	a.opts.Log.Warn("Rekey's own folder for this home was removed; starting anew")
	return errLockLost
}

// Run watches the store, keeps the sign-in fresh, follows its usage, lends it,
// serves clients and calls the user's hook until ctx is done or one of them
// fails. It returns an appserver.ErrAgentGone when it is the agent no more.
func (a *Agent) Run(ctx context.Context) error {
	files, err := a.watcher(watched(a.Socket())...)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.watch(ctx, files) })
	group.Go(func() error { return keeper.New(keeper.Options{Manager: a.manager, Log: a.opts.Log}).Run(ctx) })
	group.Go(func() error { a.followAccount(ctx); return nil })
	group.Go(func() error { a.meter.run(ctx); return nil })
	group.Go(func() error { return a.lender.Run(ctx) })
	group.Go(func() error {
		for range a.Subscribe(ctx) {
			a.lender.Poke() // what can be lent may have changed
		}
		return nil
	})
	group.Go(func() error { a.hook.Run(ctx, a.Subscribe(ctx)); return nil })
	group.Go(func() error { return a.serve(ctx, files.Look) })
	return group.Wait()
}

// Close gives up the agent lock after the refresh under way, if any.
func (a *Agent) Close(ctx context.Context) error {
	err := a.Home.Close(ctx)
	a.lock.Unlock()
	return err
}

// Running reports whether a process is the agent of this home, whether it
// answers or not.
func (h *Home) Running() bool {
	if _, err := os.Stat(h.lockPath()); err != nil {
		return false // and leave it so
	}
	unlock, err := safefile.TryLock(h.lockPath(), 0o600)
	if err == nil {
		unlock()
	}
	return errors.Is(err, safefile.ErrLocked)
}

// Socket returns the path of the home's socket, where its agent listens.
func (h *Home) Socket() string { return socketPath(h.opts.Dirs, h.id) }

// Attach connects to the agent of this home. For one that does not answer the error
// wraps context.DeadlineExceeded.
func (h *Home) Attach(ctx context.Context) (*appserver.Client, error) {
	return h.opts.attach(ctx)
}

// attachLimit is how long an agent may take to greet a client. One that was stopped
// never does.
const attachLimit = 10 * time.Second

// attach is Attach for a home that is not open.
func (o Options) attach(ctx context.Context) (*appserver.Client, error) {
	client, err := attach(ctx, o.Socket())
	if err == nil || errors.Is(err, context.DeadlineExceeded) {
		return client, err
	}
	if socket := o.elsewhere(); socket != "" {
		if client, err := attach(ctx, socket); err == nil {
			return client, nil
		}
	}
	return nil, err
}

// attach connects to an agent's socket.
func attach(ctx context.Context, socket string) (*appserver.Client, error) {
	if err := trustworthy(socket); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, attachLimit)
	defer cancel()
	deadline, _ := ctx.Deadline()
	limit := time.Until(deadline).Round(100 * time.Millisecond)
	client, err := appserver.Dial(ctx, socket)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fault.New("no_greeting", "nothing came within {{.Limit}}", "Limit", limit, "Err", err)
	}
	return client, err
}
