package keeper

import (
	"sync"
	"time"
)

// Clock is the wall clock. Implementations are safe for concurrent use.
type Clock interface {
	// Now returns the wall clock's time, UTC, without a monotonic reading: it
	// goes on while the machine sleeps, and it can be set.
	Now() time.Time
	// NewAlarm returns an alarm that is not set. Its goroutine, if it needs
	// one, ends with Close.
	NewAlarm() Alarm
}

// Alarm waits for one moment of the wall clock at a time. Set and Close are
// for one goroutine; Rings may be read by any.
type Alarm interface {
	// Set makes the alarm ring when the wall clock reaches at, at once if it
	// has already, and at no other time: what it was set to before is
	// forgotten. The zero time stands for never. In either case it rings as
	// well when the clock is set or the machine wakes, as far as the system
	// tells; a ring of the former setting may still arrive. So whoever hears
	// it looks at the clock again.
	Set(at time.Time) error
	// Rings holds at most one ring, the most telling one since the last was read.
	Rings() <-chan Ring
	// Close stops the alarm for good and waits for its goroutine.
	Close()
}

// Ring says why an alarm rang.
type Ring int

// The reasons, the more telling one last.
const (
	// RingDue: the time that was set has come.
	RingDue Ring = iota
	// RingJump: the clock was set or the machine woke.
	RingJump
)

// SystemClock returns the machine's clock. On Linux its alarms cost nothing
// while they wait and notice at once when the clock is set or the machine
// wakes; elsewhere an alarm that is set looks at the clock once a minute.
func SystemClock() Clock { return systemClock{} }

type systemClock struct{}

// Now implements Clock.
func (systemClock) Now() time.Time { return time.Now().Round(0).UTC() }

// NewAlarm implements Clock.
func (c systemClock) NewAlarm() Alarm { return newSystemAlarm(c) }

// rings is the channel of an Alarm. It never blocks the one who rings.
type rings struct {
	mu sync.Mutex // guards sending
	ch chan Ring
}

func newRings() *rings { return &rings{ch: make(chan Ring, 1)} }

// Rings implements Alarm.
func (r *rings) Rings() <-chan Ring { return r.ch }

// ring puts why into the channel, unless something more telling waits there.
func (r *rings) ring(why Ring) {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case waiting := <-r.ch:
		why = max(why, waiting)
	default:
	}
	r.ch <- why // only the holder of mu sends, so there is room
}
