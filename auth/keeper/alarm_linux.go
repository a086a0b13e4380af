package keeper

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// farAway stands for never, because a timer that is not armed would not notice
// that the clock was set. It fits every kernel's timers.
const farAway = 365 * 24 * time.Hour

// timerAlarm is a timer of the kernel on the real-time clock (timerfd_create(2)
// with TFD_TIMER_CANCEL_ON_SET). Go's own timers run on the monotonic clock,
// which stands still while the machine sleeps.
type timerAlarm struct {
	*rings
	clock Clock
	file  *os.File
	done  chan struct{} // closed when the listener has ended
}

// newSystemAlarm returns a kernel timer, or a coarse alarm where a sandbox
// forbids such timers.
func newSystemAlarm(c Clock) Alarm {
	fd, err := unix.TimerfdCreate(unix.CLOCK_REALTIME, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return newCoarseAlarm(c)
	}
	a := &timerAlarm{
		rings: newRings(), clock: c, done: make(chan struct{}),
		file: os.NewFile(uintptr(fd), "wall-clock timer"), // non-blocking: reads wait in Go's poller
	}
	go a.listen()
	return a
}

// listen rings for every event of the timer until the alarm is closed.
func (a *timerAlarm) listen() {
	defer close(a.done)
	var expirations [8]byte
	for {
		_, err := a.file.Read(expirations[:])
		ring, ok := ringFor(err)
		if !ok {
			return
		}
		a.ring(ring)
	}
}

// ringFor interprets the result of reading the timer; ok is false when the
// timer is closed.
func ringFor(err error) (ring Ring, ok bool) {
	switch {
	case err == nil:
		return RingDue, true
	case errors.Is(err, unix.ECANCELED):
		return RingJump, true
	}
	return 0, false
}

// Set implements Alarm.
func (a *timerAlarm) Set(at time.Time) error {
	conn, err := a.file.SyscallConn()
	if err != nil {
		return fmt.Errorf("set the timer: %w", err)
	}
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(a.within(at).UnixNano())}
	const flags = unix.TFD_TIMER_ABSTIME | unix.TFD_TIMER_CANCEL_ON_SET
	failed := conn.Control(func(fd uintptr) { err = unix.TimerfdSettime(int(fd), flags, &spec, nil) })
	if errors.Is(err, unix.ECANCELED) {
		// The clock was set since the last read. The timer is armed
		// nevertheless (timerfd_create(2), NOTES).
		a.ring(RingJump)
		err = nil
	}
	if err = errors.Join(failed, err); err != nil {
		return fmt.Errorf("set the timer: %w", err)
	}
	return nil
}

// within returns the moment nearest to at that every kernel's timer can hold.
// The epoch itself would disarm it.
func (a *timerAlarm) within(at time.Time) time.Time {
	end := a.clock.Now().Add(farAway)
	switch {
	case at.IsZero() || at.After(end):
		return end
	case at.Before(time.Unix(1, 0)):
		return time.Unix(1, 0)
	}
	return at
}

// Close implements Alarm.
func (a *timerAlarm) Close() {
	_ = a.file.Close() // makes the listener's read return
	<-a.done
}
