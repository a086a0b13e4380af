package store

import (
	"context"
	"fmt"

	"github.com/godbus/dbus/v5"
)

// changes subscribes to the service's signals on a connection that lives as
// long as ctx: items made, changed or deleted, keyrings locked or unlocked, and
// the service itself coming and going.
func (s secretService) changes(ctx context.Context) (<-chan struct{}, error) {
	conn, err := s.connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoKeyring, err)
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	for _, match := range [][]dbus.MatchOption{
		{dbus.WithMatchSender(secretsName), dbus.WithMatchInterface(secretsKeyring)},
		{dbus.WithMatchSender(secretsName), dbus.WithMatchInterface(secretsService)},
		// gnome-keyring tells of locking as a changed property alone.
		{dbus.WithMatchSender(secretsName), dbus.WithMatchInterface("org.freedesktop.DBus.Properties")},
		{dbus.WithMatchSender("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, secretsName)},
	} {
		if err := conn.AddMatchSignal(match...); err != nil {
			_ = conn.Close()
			return nil, fmt.Errorf("%w: %w", errNoKeyring, err)
		}
	}
	changed := make(chan struct{}, 1)
	go func() {
		defer close(changed)
		for range signals { // closed with the connection, which closes with ctx
			select {
			case changed <- struct{}{}:
			default: // the reader has not looked since the last one
			}
		}
	}()
	return changed, nil
}
