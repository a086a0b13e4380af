package keeper

import (
	"errors"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestRingFor: what the kernel's answers mean. A test cannot set the machine's
// clock or suspend it.
func TestRingFor(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want Ring
		ok   bool
	}{
		{"the moment has come", nil, RingDue, true},
		{"the clock was set", &os.PathError{Op: "read", Path: "timer", Err: unix.ECANCELED}, RingJump, true},
		{"closed", &os.PathError{Op: "read", Path: "timer", Err: os.ErrClosed}, 0, false},
		{"gone", errors.New("gone"), 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := ringFor(tt.err); got != tt.want || ok != tt.ok {
				t.Errorf("ringFor = %v, %v, want %v, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

// TestSystemAlarmIsTheKernels: on Linux nothing polls the clock.
func TestSystemAlarmIsTheKernels(t *testing.T) {
	a := SystemClock().NewAlarm()
	defer a.Close()
	if _, ok := a.(*timerAlarm); !ok {
		t.Errorf("the alarm is a %T", a)
	}
}

// TestWithin: every moment becomes one that a kernel's timer can hold.
func TestWithin(t *testing.T) {
	now := SystemClock().Now()
	a := &timerAlarm{clock: frozen(now)}
	for _, tt := range []struct {
		name     string
		at, want time.Time
	}{
		{"soon", now.Add(time.Minute), now.Add(time.Minute)},
		{"passed", now.Add(-time.Minute), now.Add(-time.Minute)},
		{"never", time.Time{}, now.Add(farAway)},
		{"beyond nanoseconds", time.Date(262142, 1, 1, 0, 0, 0, 0, time.UTC), now.Add(farAway)},
		{"the epoch, which disarms", time.Unix(0, 0), time.Unix(1, 0)},
		{"before the epoch", time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(1, 0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := a.within(tt.at); !got.Equal(tt.want) {
				t.Errorf("within(%v) = %v, want %v", tt.at, got, tt.want)
			}
		})
	}
}

// frozen is a clock that stands still.
type frozen time.Time

func (f frozen) Now() time.Time { return time.Time(f) }
func (frozen) NewAlarm() Alarm  { return nil }

// TestClosedAlarm: Set on a closed alarm returns an error instead of blocking.
func TestClosedAlarm(t *testing.T) {
	a := SystemClock().NewAlarm()
	a.Close()
	if err := a.Set(SystemClock().Now()); err == nil {
		t.Error("a closed alarm was set")
	}
}
