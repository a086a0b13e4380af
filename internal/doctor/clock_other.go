//go:build !linux

package doctor

// clockSynchronised is not implemented on this system.
func clockSynchronised() (synchronised, known bool) { return false, false }
