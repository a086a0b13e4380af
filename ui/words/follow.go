package words

import (
	"context"
	"sync"
	"time"

	"rekey/auth"
	"rekey/usage"
)

// Follow is FollowAll for one home.
func Follow(ctx context.Context, states <-chan auth.State, look <-chan struct{}, show func(auth.State, time.Time)) {
	FollowAll(ctx, []<-chan auth.State{states}, look, func(all []auth.State, now time.Time) { show(all[0], now) })
}

// FollowAll calls show with the newest States, as soon as each home has one,
// and again whenever a State or its texts change, and whenever look receives a
// value: a face that is being opened updates its texts that way, because timers
// stop while the machine sleeps. There is one timer for all
// homes, set to the earliest NextChange, and none when only a new State can
// change the words.
//
// show is called on the caller's goroutine, with the wall clock in the local
// zone, and must not keep the list. FollowAll returns when ctx is done or one
// of the channels is closed. look may be nil.
func FollowAll(ctx context.Context, homes []<-chan auth.State, look <-chan struct{}, show func([]auth.State, time.Time)) {
	ctx, cancel := context.WithCancel(ctx)
	var forwarding sync.WaitGroup
	defer forwarding.Wait()
	defer cancel()
	news := make(chan newState)
	for i, states := range homes {
		forwarding.Go(func() { forward(ctx, i, states, news) })
	}
	timer := time.NewTimer(0)
	timer.Stop()
	defer timer.Stop()
	states, known := make([]auth.State, len(homes)), make(map[int]bool)
	for {
		select {
		case <-ctx.Done():
			return
		case n := <-news:
			if n.ended {
				return
			}
			states[n.home], known[n.home] = n.state, true
		case <-timer.C:
		case <-look:
		}
		if len(known) < len(homes) {
			continue
		}
		now := time.Now()
		show(states, now)
		timer.Stop()
		if next := nextOfAll(states, now); !next.IsZero() {
			timer.Reset(time.Until(next))
		}
	}
}

// FollowUsage calls show with every Usage from news, and again when its texts
// change, with the wall clock in the local zone. Timers stop while the machine
// sleeps: a face that is being opened updates its texts by itself.
//
// show is called on the caller's goroutine. FollowUsage returns when ctx is done
// or news is closed.
func FollowUsage(ctx context.Context, news <-chan usage.Usage, show func(usage.Usage, time.Time)) {
	timer := time.NewTimer(0)
	timer.Stop()
	defer timer.Stop()
	var known usage.Usage
	for {
		select {
		case <-ctx.Done():
			return
		case u, ok := <-news:
			if !ok {
				return
			}
			known = u
		case <-timer.C:
		}
		now := time.Now()
		show(known, now)
		timer.Stop()
		if next := nextUsageChange(known, now); !next.IsZero() {
			timer.Reset(time.Until(next))
		}
	}
}

// newState is a home's newest State, or the end of them.
type newState struct {
	home  int
	state auth.State
	ended bool
}

// forward passes on what comes from one home until ctx or the States end.
func forward(ctx context.Context, home int, states <-chan auth.State, to chan<- newState) {
	for {
		n := newState{home: home, ended: true}
		select {
		case <-ctx.Done():
			return
		case s, ok := <-states:
			if ok {
				n = newState{home: home, state: s}
			}
		}
		select {
		case to <- n:
		case <-ctx.Done():
			return
		}
		if n.ended {
			return
		}
	}
}

// nextOfAll is the earliest NextChange, zero when there is none.
func nextOfAll(states []auth.State, now time.Time) time.Time {
	var next time.Time
	for _, s := range states {
		if t := NextChange(s, now); !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	return next
}
