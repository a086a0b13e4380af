//go:build !linux

package keeper

// newSystemAlarm returns the alarm of systems without a timer on the wall clock.
func newSystemAlarm(c Clock) Alarm { return newCoarseAlarm(c) }
