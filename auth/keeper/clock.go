package keeper

import (
	"sync"
	"time"
)

// Clock is the wall clock. Implementations are safe for concurrent use.
type Clock interface {
	// Now returns the wall clock's time, UTC, without a monotonic reading: it
	// advances while the machine sleeps, and can be set.
	Now() time.Time
	// NewAlarm returns an alarm that is not set. Its goroutine, if it needs
	// one, ends with Close.
	NewAlarm() Alarm
}

// Alarm waits for one wall-clock time at a time. Set and Close are for one
// goroutine; any goroutine may read Rings.
type Alarm interface {
	// Set makes the alarm ring when the wall clock reaches at, immediately if
	// it already has; it replaces the previous setting. The zero time stands
	// for never. The alarm also rings when the clock is set or the machine
	// wakes, if the system reports that, and a ring of the previous setting may
	// still arrive. So check the clock after each ring.
	Set(at time.Time) error
	// Rings holds at most one ring, the most significant one since the last was
	// read.
	Rings() <-chan Ring
	// Close stops the alarm for good and waits for its goroutine.
	Close()
}

// Ring says why an alarm rang.
type Ring int

// The reasons, the most significant last.
const (
	// RingDue: the time that was set has come.
	RingDue Ring = iota
	// RingJump: the clock was set or the machine woke.
	RingJump
)

// SystemClock returns the machine's clock. On Linux its alarms cost nothing
// while they wait, and notice immediately when the clock is set or the machine
// wakes; elsewhere a set alarm checks the clock once a minute.
func SystemClock() Clock { return systemClock{} }

type systemClock struct{}

// Now implements Clock.
func (systemClock) Now() time.Time { return time.Now().Round(0).UTC() }

// NewAlarm implements Clock.
func (c systemClock) NewAlarm() Alarm { return newSystemAlarm(c) }

// rings is the channel of an Alarm. Ringing never blocks.
type rings struct {
	mu sync.Mutex // guards sending
	ch chan Ring
}

func newRings() *rings { return &rings{ch: make(chan Ring, 1)} }

// Rings implements Alarm.
func (r *rings) Rings() <-chan Ring { return r.ch }

// ring puts why into the channel, unless a more significant ring is waiting
// there.
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
