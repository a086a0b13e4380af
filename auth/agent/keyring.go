package agent

import (
	"context"
	"time"

	"rekey/auth"
	"rekey/auth/store"
)

// keyringPoll is how often a keyring without signals is read.
const keyringPoll = 30 * time.Second

// keyringEvents reports when a store without a file to watch may have changed.
// It is for one goroutine; the zero value watches nothing.
type keyringEvents struct {
	store   auth.Store // what is watched
	changes <-chan struct{}
	cancel  context.CancelFunc
}

// follow watches s from now on. It does nothing if s is already watched.
func (k *keyringEvents) follow(ctx context.Context, s auth.Store) {
	if k.store == s {
		return
	}
	k.stop()
	k.store = s
	signals, ok := s.(store.Notifier)
	if !ok {
		return // a file: the watcher sees it
	}
	ctx, k.cancel = context.WithCancel(ctx)
	if changes, err := signals.Changes(ctx); err == nil {
		k.changes = changes
		return
	}
	k.changes = poll(ctx)
}

// stop ends the subscription and waits for its goroutine; the next follow starts
// a new one.
func (k *keyringEvents) stop() {
	if k.cancel != nil {
		k.cancel()
		for range k.changes { // until it is closed
		}
	}
	*k = keyringEvents{}
}

// poll ticks every keyringPoll until ctx is done, and then closes the channel.
func poll(ctx context.Context) <-chan struct{} {
	ticks := make(chan struct{})
	go func() {
		defer close(ticks)
		ticker := time.NewTicker(keyringPoll)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
			select {
			case ticks <- struct{}{}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ticks
}
