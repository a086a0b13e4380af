package secretservice

import (
	"context"
	"fmt"

	"github.com/godbus/dbus/v5"
)

// Changes subscribes to the service's signals on a connection that lives as
// long as ctx: items created or deleted, keyrings locked or unlocked, and the
// service starting and stopping. The channel receives a value after one or
// several of them; it is closed when ctx is done or the bus goes away.
func (s Service) Changes(ctx context.Context) (<-chan struct{}, error) {
	conn, err := s.connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoService, err)
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	for _, match := range [][]dbus.MatchOption{
		{dbus.WithMatchSender(busName), dbus.WithMatchInterface(collectionFace)},
		{dbus.WithMatchSender(busName), dbus.WithMatchInterface(serviceFace)},
		// gnome-keyring reports locking only as a changed property.
		{dbus.WithMatchSender(busName), dbus.WithMatchInterface("org.freedesktop.DBus.Properties")},
		{dbus.WithMatchSender("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, busName)},
	} {
		if err := conn.AddMatchSignal(match...); err != nil {
			_ = conn.Close()
			return nil, fmt.Errorf("%w: %w", ErrNoService, err)
		}
	}
	changed := make(chan struct{}, 1)
	go func() {
		defer close(changed)
		for range signals { // closed with the connection, which closes with ctx
			select {
			case changed <- struct{}{}:
			default: // the last one has not been read yet
			}
		}
	}()
	return changed, nil
}
