package secretservice

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/godbus/dbus/v5"
)

// The Secret Service (freedesktop.org, Secret Storage Specification 0.2).
const (
	busName         = "org.freedesktop.secrets"
	servicePath     = dbus.ObjectPath("/org/freedesktop/secrets")
	serviceFace     = "org.freedesktop.Secret.Service"
	itemFace        = "org.freedesktop.Secret.Item"
	promptFace      = "org.freedesktop.Secret.Prompt"
	collectionFace  = "org.freedesktop.Secret.Collection"
	errIsLocked     = "org.freedesktop.Secret.Error.IsLocked"
	noObject        = dbus.ObjectPath("/")
	secretTextPlain = "text/plain"
)

// Service is a desktop's Secret Service. Each call has its own D-Bus
// connection: the shared one belongs to the tray, whose library loses its icon
// when it gets unrelated signals, and a private one can be closed when the
// context is done.
// It is safe for concurrent use.
type Service struct {
	// Address is the address of the bus; "" is the session's.
	Address string
}

// call is one connection to the service. It is closed when the context it was
// made with is done, which ends every call on it.
type call struct{ conn *dbus.Conn }

// with runs f on a fresh connection.
func (s Service) with(ctx context.Context, f func(call) error) error {
	conn, err := s.connect(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoService, err)
	}
	defer func() { _ = conn.Close() }()
	err = f(call{conn})
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause // the connection was closed under the call
	}
	return meaning(err)
}

// connect connects to the bus but never starts one: godbus would leave a
// dbus-daemon behind, see https://github.com/godbus/dbus/issues/268.
func (s Service) connect(ctx context.Context) (conn *dbus.Conn, err error) {
	if s.Address == "" {
		conn, err = dbus.SessionBusPrivateNoAutoStartup(dbus.WithContext(ctx))
	} else {
		conn, err = dbus.Dial(s.Address, dbus.WithContext(ctx))
	}
	if err != nil {
		return nil, err
	}
	if err = conn.Auth(nil); err == nil {
		err = conn.Hello()
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// meaning translates D-Bus errors.
func meaning(err error) error {
	var from dbus.Error
	if !errors.As(err, &from) {
		return err
	}
	switch name := from.Name; {
	case name == errIsLocked:
		return ErrLocked
	case name == "org.freedesktop.DBus.Error.ServiceUnknown", name == "org.freedesktop.DBus.Error.NameHasNoOwner",
		strings.HasPrefix(name, "org.freedesktop.DBus.Error.Spawn."):
		return fmt.Errorf("%w: %w", ErrNoService, err)
	}
	return err
}

// call calls a method of an object and stores its answer.
func (c call) method(path dbus.ObjectPath, method string, args []any, answer ...any) error {
	return c.conn.Object(busName, path).Call(method, 0, args...).Store(answer...)
}

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
