// Package bubble is a clock with alarms for tests in a bubble of testing/synctest.
package bubble

import (
	"sync"
	"time"

	"rekey/auth/keeper"
)

// Clock is the bubble's clock. Its zero value is usable.
type Clock struct {
	mu     sync.Mutex // guards alarms
	alarms []*alarm
}

// Now implements keeper.Clock.
func (*Clock) Now() time.Time { return time.Now().Round(0).UTC() }

// NewAlarm implements keeper.Clock.
func (c *Clock) NewAlarm() keeper.Alarm {
	a := &alarm{rings: make(chan keeper.Ring, 1)}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.alarms = append(c.alarms, a)
	return a
}

// Wake plays a machine that was asleep.
func (c *Clock) Wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range c.alarms {
		a.ring(keeper.RingJump)
	}
}

// alarm belongs to one goroutine, as every keeper.Alarm.
type alarm struct {
	rings chan keeper.Ring
	timer *time.Timer
}

func (a *alarm) Set(at time.Time) error {
	a.Close()
	if !at.IsZero() {
		a.timer = time.AfterFunc(time.Until(at), func() { a.ring(keeper.RingDue) })
	}
	return nil
}

func (a *alarm) ring(why keeper.Ring) {
	select {
	case a.rings <- why:
	default:
	}
}

func (a *alarm) Rings() <-chan keeper.Ring { return a.rings }

func (a *alarm) Close() {
	if a.timer != nil {
		a.timer.Stop()
	}
}
