package keeper

import (
	"sync"
	"testing/synctest"
	"time"
)

// monday is when the wall clocks of the tests begin.
var monday = time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC)

// fakeClock is the clock of a machine that can sleep and be set, inside a
// synctest bubble. The bubble's time is the true time.
type fakeClock struct {
	mu     sync.Mutex // guards everything below
	wrong  time.Duration
	zero   time.Duration // true time minus the bubble's
	asleep bool
	alarms map[*fakeAlarm]bool
	// early makes a wake ring the alarms that are due before it tells of the
	// wake, as a kernel may.
	early bool
}

func newFakeClock() *fakeClock {
	return &fakeClock{zero: time.Until(monday), alarms: make(map[*fakeAlarm]bool)}
}

// True returns the true time.
func (c *fakeClock) True() time.Time { return time.Now().Add(c.zero).Round(0).UTC() }

// Now implements Clock.
func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.True().Add(c.wrong)
}

// NewAlarm implements Clock.
func (c *fakeClock) NewAlarm() Alarm {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := &fakeAlarm{rings: newRings(), clock: c}
	c.alarms[a] = true
	return a
}

// set sets the wall clock wrong by d, or right by 0.
func (c *fakeClock) set(d time.Duration) {
	c.mu.Lock()
	c.wrong = d
	c.mu.Unlock()
	c.rearm(func(a *fakeAlarm) { a.ring(RingJump) })
	synctest.Wait()
}

// sleep suspends the machine.
func (c *fakeClock) sleep(d time.Duration) {
	c.mu.Lock()
	c.asleep = true
	early := c.early
	c.mu.Unlock()
	c.rearm(func(*fakeAlarm) {})
	time.Sleep(d)
	c.mu.Lock()
	c.asleep = false
	c.mu.Unlock()
	c.rearm(func(a *fakeAlarm) {
		if !early {
			a.ring(RingJump)
		}
	})
	synctest.Wait()
	if early {
		c.rearm(func(a *fakeAlarm) { a.ring(RingJump) })
		synctest.Wait()
	}
}

// rearm tells all alarms that the clock was changed.
func (c *fakeClock) rearm(tell func(*fakeAlarm)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for a := range c.alarms {
		tell(a)
		a.arm()
	}
}

// pending returns what the only alarm is set to.
func (c *fakeClock) pending() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	for a := range c.alarms {
		return a.at
	}
	return time.Time{}
}

// open is the number of alarms that have not been closed.
func (c *fakeClock) open() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.alarms)
}

// fakeAlarm is an alarm of a fakeClock, whose mutex guards it.
type fakeAlarm struct {
	*rings
	clock *fakeClock
	at    time.Time
	timer *time.Timer
}

// arm sets the bubble's timer. The clock's mutex is held.
func (a *fakeAlarm) arm() {
	if a.timer != nil {
		a.timer.Stop()
		a.timer = nil
	}
	if a.at.IsZero() || a.clock.asleep {
		return
	}
	wait := a.at.Sub(a.clock.True().Add(a.clock.wrong))
	a.timer = time.AfterFunc(max(wait, 0), func() { a.ring(RingDue) })
}

// Set implements Alarm.
func (a *fakeAlarm) Set(at time.Time) error {
	a.clock.mu.Lock()
	defer a.clock.mu.Unlock()
	a.at = at
	a.arm()
	return nil
}

// Close implements Alarm.
func (a *fakeAlarm) Close() {
	a.clock.mu.Lock()
	defer a.clock.mu.Unlock()
	a.at = time.Time{}
	a.arm()
	delete(a.clock.alarms, a)
}
