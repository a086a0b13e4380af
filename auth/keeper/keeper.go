package keeper

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"rekey/auth"
)

// Options are the parts a Keeper works with. Manager and Fingerprints are
// needed, everything else may be left out.
type Options struct {
	// Manager holds the sign-in.
	Manager *auth.Manager
	// Fingerprints are the Manager's own.
	Fingerprints auth.Fingerprinter
	// Clock is the wall clock, the same as the Manager's; nil: SystemClock.
	Clock Clock
	// Random draws the waits after failures; nil: a source of its own. Only
	// the goroutine of Run uses it.
	Random rand.Source
	// Log receives one line for each decision; nil: nobody does.
	Log *slog.Logger
}

// Keeper keeps one sign-in fresh while Run runs and the State says KeepFresh.
type Keeper struct {
	manager      *auth.Manager
	fingerprints auth.Fingerprinter
	clock        Clock
	log          *slog.Logger
	course       course // of Run's goroutine
	noted        noted  // Run's as well
}

// New returns a Keeper that does nothing yet: see Run.
func New(o Options) *Keeper {
	if o.Clock == nil {
		o.Clock = SystemClock()
	}
	if o.Random == nil {
		o.Random = rand.NewPCG(rand.Uint64(), rand.Uint64())
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Keeper{
		manager: o.Manager, fingerprints: o.Fingerprints, clock: o.Clock, log: o.Log,
		course: course{random: rand.New(o.Random)},
	}
}

// SetKeepFresh switches the keeper on or off, whether it runs or not. Off, it
// never contacts the server. It is safe for concurrent use. The switch lies in
// the Manager's State and nowhere else; it is off until somebody sets it.
func (k *Keeper) SetKeepFresh(on bool) {
	k.manager.Annotate(func(f *auth.Inputs) { f.KeepFresh = on })
}

// late is how long after its moment an alarm rings only if the machine slept.
const late = 10 * time.Second

// Run keeps the sign-in fresh until ctx ends, and then returns nil. A renewal
// that is under way at that time goes on: Manager.Close waits for it. Run is
// called once.
func (k *Keeper) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	states := k.manager.Subscribe(ctx)
	alarm := k.clock.NewAlarm()
	defer alarm.Close()
	defer k.manager.Annotate(func(f *auth.Inputs) { f.NextRefresh = time.Time{} })
	k.course.start(k.clock.Now())
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
		// A sleep is also known by a moment that went by long ago: the timer
		// or the watcher may speak before the system tells of the wake.
		if !at.IsZero() && k.clock.Now().Sub(at) > late {
			k.jumped()
		}
	}
}

// jumped passes on that the machine woke or its clock was set.
func (k *Keeper) jumped() {
	k.course.jump(k.read().Seed, k.clock.Now())
}

// act does everything that is due and returns the next moment at which
// something will be, the zero time for never.
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

// note says in the log what the keeper waits for, or why for nothing, when that
// is another thing than before.
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
	quiet := k.course.hides(v.now)
	k.manager.Annotate(func(f *auth.Inputs) { f.Quiet = quiet })
	switch v.plan.do {
	case save:
		_ = k.manager.Reload(ctx, false) // whether it helped, the next look shows
	case forgive:
		k.manager.Forgive()
		err = k.manager.Refresh(ctx, v.plan.reason)
	case renew:
		err = k.manager.Refresh(ctx, v.plan.reason)
	}
	k.manager.Annotate(func(f *auth.Inputs) {
		if err != nil && quiet {
			k.hide(v, f)
		}
		f.Quiet = false
	})
	after, now := k.read(), k.clock.Now()
	if after.unsaved && err == nil {
		err = errUnsaved
	}
	k.course.done(v.plan, err, after, now)
	k.tellDoubt(now, after.Expires)
}

// tellDoubt says, or no longer says, that renewing does not help.
func (k *Keeper) tellDoubt(now, expires time.Time) {
	sentence := ""
	if k.course.fruitless >= doubt {
		sentence = "Renewed tokens end at once: this machine's clock or the server's is wrong."
	}
	if k.course.fruitless == doubt {
		k.log.Warn("keeper: "+sentence, "now", now, "expires", expires)
	}
	k.manager.Annotate(func(f *auth.Inputs) { f.Doubt = sentence })
}

// errUnsaved means that tokens still wait to be saved.
var errUnsaved = errors.New("the new tokens are not saved yet")

// doubt is how many successes in a row may not help before that is worth a word.
const doubt = 3

// hide takes a failure out of the facts again if it is only that: it happens
// right after a wake, when the network is not back yet. A lost answer stays.
func (k *Keeper) hide(before view, f *auth.Inputs) {
	if f.Attempt != nil && !f.Attempt.AnswerLost && k.subject(f.Snapshot) == (subject{before.token, before.Expires}) {
		f.Attempt, f.Tried = before.attempt, before.tried
	}
}
