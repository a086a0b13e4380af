package keeper

import "time"

const (
	// coarseLook is how often a set coarse alarm checks the clock, and so how
	// late it can be after a sleep.
	coarseLook = time.Minute
	// coarseDrift is how far the wall clock and the timer may diverge between
	// two checks before that counts as a jump or a sleep.
	coarseDrift = 10 * time.Second
)

// coarseAlarm checks the wall clock once a minute while it is set, for systems
// whose timers stop while the machine sleeps. When not set it does nothing.
type coarseAlarm struct {
	*rings
	clock Clock
	set   chan time.Time
	stop  chan struct{} // closed by Close
	done  chan struct{} // closed when the listener has ended
}

func newCoarseAlarm(c Clock) *coarseAlarm {
	a := &coarseAlarm{
		rings: newRings(), clock: c,
		set: make(chan time.Time), stop: make(chan struct{}), done: make(chan struct{}),
	}
	go a.listen()
	return a
}

// listen owns the timer.
func (a *coarseAlarm) listen() {
	defer close(a.done)
	timer := time.NewTimer(coarseLook)
	defer timer.Stop()
	var at, begun time.Time // what it is set to; when the current wait began
	var wait time.Duration
	for {
		select {
		case <-a.stop:
			return
		case at = <-a.set:
		case <-timer.C:
			at = a.heard(at, a.clock.Now().Sub(begun)-wait)
		}
		if at.IsZero() {
			timer.Stop()
			continue
		}
		begun = a.clock.Now()
		wait = min(max(at.Sub(begun), 0), coarseLook)
		timer.Reset(wait)
	}
}

// heard rings if the alarm is due or the clock has drifted, and returns what it
// still waits for.
func (a *coarseAlarm) heard(at time.Time, drift time.Duration) time.Time {
	switch {
	case drift.Abs() > coarseDrift:
		a.ring(RingJump)
	case !a.clock.Now().Before(at):
		a.ring(RingDue)
		return time.Time{}
	}
	return at
}

// Set implements Alarm.
func (a *coarseAlarm) Set(at time.Time) error {
	a.set <- at
	return nil
}

// Close implements Alarm.
func (a *coarseAlarm) Close() {
	close(a.stop)
	<-a.done
}
