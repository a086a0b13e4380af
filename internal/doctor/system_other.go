//go:build !linux

package doctor

import "context"

// running is not implemented on this system.
func running(context.Context, string) (list []process, looked bool) { return nil, false }

// clockSynchronised is not implemented on this system.
func clockSynchronised() (synchronised, known bool) { return false, false }
