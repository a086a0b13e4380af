package keeper

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestRingFor: what the kernel's answers mean. Setting the machine's clock or
// sending it to sleep is no test's business.
func TestRingFor(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		want Ring
		ok   bool
	}{
		{"the moment has come", nil, RingDue, true},
		{"the clock was set", &os.PathError{Op: "read", Path: "timer", Err: unix.ECANCELED}, RingJump, true},
		{"closed", &os.PathError{Op: "read", Path: "timer", Err: os.ErrClosed}, 0, false},
		{"gone", errors.New("gone"), 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, ok := ringFor(tt.err); got != tt.want || ok != tt.ok {
				t.Errorf("ringFor = %v, %v, want %v, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

// TestSystemAlarmIsTheKernels: on Linux nothing looks at the clock from time to time.
func TestSystemAlarmIsTheKernels(t *testing.T) {
	t.Parallel()
	a := SystemClock().NewAlarm()
	defer a.Close()
	if _, ok := a.(*timerAlarm); !ok {
		t.Errorf("the alarm is a %T", a)
	}
}

// TestClosedAlarm says so instead of waiting for ever.
func TestClosedAlarm(t *testing.T) {
	t.Parallel()
	a := SystemClock().NewAlarm()
	a.Close()
	if err := a.Set(SystemClock().Now()); err == nil {
		t.Error("a closed alarm was set")
	}
}
