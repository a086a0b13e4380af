package keeper

import (
	"testing"
	"testing/synctest"
	"time"

	"rekey/test/kit/must"
)

// within bounds waits in real time.
const within = 30 * time.Second

// heard waits for a ring.
func heard(t *testing.T, a Alarm) Ring {
	t.Helper()
	select {
	case ring := <-a.Rings():
		return ring
	case <-time.After(within):
		t.Fatal("the alarm did not ring")
		return 0
	}
}

// alarms are those that work on this system, in real time.
func alarms() map[string]func() Alarm {
	return map[string]func() Alarm{
		"system": func() Alarm { return SystemClock().NewAlarm() },
		"coarse": func() Alarm { return newCoarseAlarm(SystemClock()) },
	}
}

func TestAlarmRings(t *testing.T) {
	for name, open := range alarms() {
		t.Run(name, func(t *testing.T) {
			a := open()
			defer a.Close()
			for _, moment := range []time.Time{
				SystemClock().Now().Add(20 * time.Millisecond), // soon
				SystemClock().Now().Add(-time.Hour),            // passed
				time.Unix(0, 0),                                // would disarm a kernel's timer
				time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC),    // before the kernel's time
			} {
				// What it was set to before is forgotten.
				for _, at := range []time.Time{SystemClock().Now().Add(time.Hour), {}, moment} {
					if err := a.Set(at); err != nil {
						t.Fatalf("Set(%v): %v", at, err)
					}
				}
				if ring := heard(t, a); ring != RingDue {
					t.Errorf("%v: ring = %v, want RingDue", moment, ring)
				}
				if now := SystemClock().Now(); now.Before(moment) {
					t.Errorf("rang at %v, before %v", now, moment)
				}
			}
		})
	}
}

func TestSystemClockHasNoMonotonicReading(t *testing.T) {
	now := SystemClock().Now()
	if now != now.Round(0) || now.Location() != time.UTC {
		t.Errorf("Now = %#v", now)
	}
}

// TestTheMoreTellingRingStays: the more significant ring stays until it has
// been read.
func TestTheMoreTellingRingStays(t *testing.T) {
	r := newRings()
	r.ring(RingDue)
	r.ring(RingJump)
	r.ring(RingDue)
	if got := <-r.Rings(); got != RingJump {
		t.Errorf("ring = %v, want RingJump", got)
	}
	select {
	case ring := <-r.Rings():
		t.Errorf("a second ring: %v", ring)
	default:
	}
}

// TestCoarseAlarm: on systems without a timer on the wall clock, virtual time.
func TestCoarseAlarm(t *testing.T) {
	jump := func(c *fakeClock, d time.Duration) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.wrong += d
	}
	for _, tt := range []struct {
		name  string
		until time.Duration // what it is set to
		jump  time.Duration // of the clock after ten seconds
		want  Ring
		after time.Duration // when it rings
	}{
		{"soon", 20 * time.Second, 0, RingDue, 20 * time.Second},
		{"later", 24 * time.Hour, 0, RingDue, 24 * time.Hour},
		{"clock set forward", 24 * time.Hour, time.Hour, RingJump, time.Minute},
		{"clock set forward beyond the moment", 30 * time.Minute, time.Hour, RingJump, time.Minute},
		{"clock set back", 24 * time.Hour, -time.Hour, RingJump, time.Minute},
		{"clock corrected", 20 * time.Minute, 2 * time.Second, RingDue, 20*time.Minute - 2*time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				clock := newFakeClock()
				a := newCoarseAlarm(clock)
				defer a.Close()
				must.Do(t, a.Set(clock.Now().Add(tt.until)))
				begun := time.Now()
				time.Sleep(10 * time.Second)
				jump(clock, tt.jump)
				if got := <-a.Rings(); got != tt.want {
					t.Errorf("ring = %v, want %v", got, tt.want)
				}
				if got := time.Since(begun); got != tt.after {
					t.Errorf("rang after %v, want %v", got, tt.after)
				}
			})
		})
	}
}

// TestCoarseAlarmUnset: an alarm that is not set neither rings nor checks the
// clock.
func TestCoarseAlarmUnset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := newFakeClock()
		a := newCoarseAlarm(clock)
		defer a.Close()
		_ = a.Set(clock.Now().Add(time.Minute))
		_ = a.Set(time.Time{})
		select {
		case ring := <-a.Rings():
			t.Errorf("rang: %v", ring)
		case <-time.After(30 * 24 * time.Hour):
		}
	})
}
