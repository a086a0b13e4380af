//go:build linux || freebsd || openbsd || netbsd

package tray

import (
	"context"
	"fmt"

	"rekey/internal/sessionbus"
)

// watcher is the well-known name of the panel's side, from the
// StatusNotifierItem specification.
const watcher = "org.kde.StatusNotifierWatcher"

// Probe reports whether a tray can be shown: nil, ErrNoPanel, or *NoBusError.
// address is the bus's, or "" for this session's, which Run uses. Probe starts
// nothing and returns when ctx is done.
func Probe(ctx context.Context, address string) error {
	conn, err := sessionbus.Dial(ctx, address)
	if err != nil {
		return &NoBusError{Err: err}
	}
	defer func() { _ = conn.Close() }()
	var owned bool
	call := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, watcher)
	if err := call.Store(&owned); err != nil {
		return &NoBusError{Err: fmt.Errorf("asking for the panel: %w", err)}
	}
	if !owned {
		return ErrNoPanel
	}
	return nil
}
