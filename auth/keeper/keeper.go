package keeper

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"rekey/auth"
)

// Options are the parts a Keeper works with. Manager is required, everything
// else is optional.
type Options struct {
	// Manager holds the sign-in.
	Manager *auth.Manager
	// Clock is the wall clock, the same as the Manager's; nil: SystemClock.
	Clock Clock
	// Random draws the waits after failures; nil creates a source. Only the
	// goroutine of Run uses it.
	Random rand.Source
	// Log receives one line for each decision; nil discards them.
	Log *slog.Logger
}

// Keeper keeps one sign-in fresh while Run runs and the State says KeepFresh.
type Keeper struct {
	manager *auth.Manager
	clock   Clock
	log     *slog.Logger
	planner planner // of Run's goroutine
	noted   noted   // Run's as well
}

// New returns a Keeper that does nothing yet: see Run.
func New(o Options) *Keeper {
	if o.Clock == nil {
		o.Clock = SystemClock()
	}
	if o.Random == nil {
		o.Random = rand.NewPCG(rand.Uint64(), rand.Uint64())
	}
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	return &Keeper{
		manager: o.Manager, clock: o.Clock, log: o.Log,
		planner: planner{random: rand.New(o.Random)},
	}
}

// late is how late an alarm rings only if the machine slept.
const late = 10 * time.Second

// Run keeps the sign-in fresh until ctx is done, and then returns nil. A
// running refresh goes on: Manager.Close waits for it. Call Run once.
func (k *Keeper) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	states := k.manager.Subscribe(ctx)
	alarm := k.clock.NewAlarm()
	defer alarm.Close()
	defer k.manager.SetSchedule(time.Time{}, false)
	k.manager.Hush(sensitive)
	for {
		at := k.act(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err := alarm.Set(at); err != nil {
			return fmt.Errorf("keeper: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-states:
		case ring := <-alarm.Rings():
			if ring == RingJump {
				k.jumped()
				continue
			}
		}
		// A ring long after its moment also means a sleep: the timer or the
		// watcher may fire before the system reports the wake.
		if !at.IsZero() && k.clock.Now().Sub(at) > late {
			k.jumped()
		}
	}
}

// jumped tells the planner that the machine woke or its clock was set.
func (k *Keeper) jumped() {
	k.planner.jump(k.read().Seed, k.clock.Now())
	k.manager.Hush(sensitive)
}

// act does everything that is due and returns when something will be due next,
// the zero time for never.
func (k *Keeper) act(ctx context.Context) time.Time {
	for ctx.Err() == nil {
		v := k.look()
		if v.plan.do == rest || v.plan.at.After(v.now) {
			k.note(v)
			return earliest(v.plan.at, v.tick)
		}
		k.perform(ctx, v)
	}
	return time.Time{}
}

// note logs what the keeper waits for, or why it rests, if that has changed.
func (k *Keeper) note(v view) {
	next := noted{v.plan, v.rests()}
	if next == k.noted {
		return
	}
	k.noted = next
	if v.plan.do == rest {
		k.log.Info("keeper: rests", "because", next.because)
		return
	}
	k.log.Info("keeper: waits", "to", v.plan.do, "until", v.plan.at.UTC().Round(time.Second), "why", v.plan.reason)
}

// perform carries out a plan whose moment has come.
func (k *Keeper) perform(ctx context.Context, v view) {
	var err error
	switch v.plan.do {
	case save:
		_ = k.manager.TryReload(ctx) // the next look shows whether it helped
	case forgive:
		k.manager.Forgive()
		err = k.manager.Refresh(ctx, v.plan.reason)
	case refresh:
		err = k.manager.Refresh(ctx, v.plan.reason)
	}
	after, now := k.read(), k.clock.Now()
	if after.unsaved && err == nil {
		err = errUnsaved
	}
	k.planner.done(v.plan, err, after, now)
	if k.planner.fruitless == doubt {
		k.log.Warn("keeper: refreshed tokens expire immediately, a clock is wrong", "now", now, "expires", after.Expires)
	}
}

// errUnsaved means that new tokens are still not saved.
var errUnsaved = errors.New("the new tokens are not saved yet")

// doubt is how many successes in a row may fail to help before the State says
// so.
const doubt = 3
