// Package sessionbus opens private connections to the desktop's D-Bus session
// bus, for faces that talk to the desktop.
//
// It never uses godbus's shared connection, whose signals go to everybody on it.
package sessionbus

import (
	"context"
	"fmt"
	"os"

	"github.com/godbus/dbus/v5"

	"rekey/internal/fault"
)

// Dial opens a private connection that is ready for use. address is a D-Bus
// address, or "" for the bus of this session, which is never started. ctx
// bounds the opening, not the connection's life. options are godbus'.
func Dial(ctx context.Context, address string, options ...dbus.ConnOption) (*dbus.Conn, error) {
	conn, err := open(address, options)
	if err != nil {
		return nil, unreachable(address, err)
	}
	// godbus has no time limit of its own; closing ends what it is waiting for.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	err = greet(conn)
	if !stop() {
		return nil, fmt.Errorf("opening a connection: %w", context.Cause(ctx))
	}
	if err != nil {
		_ = conn.Close()
		return nil, unreachable(address, err)
	}
	return conn, nil
}

// unreachable says that there is no bus, or none that answers.
func unreachable(address string, err error) error {
	if address == "" && os.Getenv("DBUS_SESSION_BUS_ADDRESS") == "" {
		return fault.New("bus_unset", "DBUS_SESSION_BUS_ADDRESS is not set", "Err", err)
	}
	return fault.New("bus_mute", "nothing answers on the session bus", "Err", err)
}

func open(address string, options []dbus.ConnOption) (*dbus.Conn, error) {
	if address == "" {
		return dbus.SessionBusPrivateNoAutoStartup(options...)
	}
	return dbus.Dial(address, options...)
}

func greet(conn *dbus.Conn) error {
	if err := conn.Auth(nil); err != nil {
		return fmt.Errorf("authenticating: %w", err)
	}
	if err := conn.Hello(); err != nil {
		return fmt.Errorf("saying hello: %w", err)
	}
	return nil
}
