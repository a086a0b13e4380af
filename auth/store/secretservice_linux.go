package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/godbus/dbus/v5"
)

// The Secret Service (freedesktop.org, Secret Storage Specification 0.2).
const (
	secretsName     = "org.freedesktop.secrets"
	secretsPath     = dbus.ObjectPath("/org/freedesktop/secrets")
	secretsService  = "org.freedesktop.Secret.Service"
	secretsItem     = "org.freedesktop.Secret.Item"
	secretsPrompt   = "org.freedesktop.Secret.Prompt"
	secretsKeyring  = "org.freedesktop.Secret.Collection"
	secretsLocked   = "org.freedesktop.Secret.Error.IsLocked"
	noObject        = dbus.ObjectPath("/")
	secretTextPlain = "text/plain"
)

// secretService is the ring of a Linux desktop. Each call has a D-Bus
// connection of its own: the shared one belongs to the tray, whose library
// loses its icon over foreign signals, and a private one can be given up when
// the context ends.
type secretService struct {
	address string // of the bus; "" for the session's
}

// wireSecret is the wire form of a secret: the session, its parameters (none for
// the plain algorithm), the value and its type.
type wireSecret struct {
	Session    dbus.ObjectPath
	Parameters []byte
	Value      []byte
	Type       string
}

// serviceCall is one connection to the service. It closes with the context it
// was made with, and that ends every call on it.
type serviceCall struct{ conn *dbus.Conn }

// with runs f on a fresh connection.
func (s secretService) with(ctx context.Context, f func(serviceCall) error) error {
	conn, err := s.connect(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errNoKeyring, err)
	}
	defer func() { _ = conn.Close() }()
	err = f(serviceCall{conn})
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause // the connection was closed under the call
	}
	return meaning(err)
}

// connect never starts a bus: godbus would leave a dbus-daemon behind.
func (s secretService) connect(ctx context.Context) (conn *dbus.Conn, err error) {
	if s.address == "" {
		conn, err = dbus.SessionBusPrivateNoAutoStartup(dbus.WithContext(ctx))
	} else {
		conn, err = dbus.Dial(s.address, dbus.WithContext(ctx))
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
	case name == secretsLocked:
		return errLocked
	case name == "org.freedesktop.DBus.Error.ServiceUnknown", name == "org.freedesktop.DBus.Error.NameHasNoOwner",
		strings.HasPrefix(name, "org.freedesktop.DBus.Error.Spawn."):
		return fmt.Errorf("%w: %w", errNoKeyring, err)
	}
	return err
}

// call calls a method of an object and stores its answer.
func (c serviceCall) call(path dbus.ObjectPath, method string, args []any, answer ...any) error {
	return c.conn.Object(secretsName, path).Call(method, 0, args...).Store(answer...)
}

// attributes are those Codex's keyring library gives to an item.
func attributes(it item) map[string]string {
	app := "rust-keyring"
	if it.service == rekeyService {
		app = "rekey"
	}
	return map[string]string{"application": app, "service": it.service, "target": "default", "username": it.user}
}

// find looks for the one item, as Codex does: by service, user and target;
// else one without a target, such as go-keyring makes. Whether a locked
// keyring would hold it cannot always be told, so that counts as locked.
func (c serviceCall) find(it item) (dbus.ObjectPath, error) {
	for _, search := range []map[string]string{
		{"service": it.service, "username": it.user, "target": "default"},
		{"service": it.service, "username": it.user},
	} {
		var unlocked, locked []dbus.ObjectPath
		if err := c.call(secretsPath, secretsService+".SearchItems", []any{search}, &unlocked, &locked); err != nil {
			return "", err
		}
		switch {
		case len(unlocked)+len(locked) > 1:
			return "", errAmbiguous
		case len(locked) == 1:
			return "", errLocked
		case len(unlocked) == 1:
			return unlocked[0], nil
		}
	}
	if _, err := c.collection(); errors.Is(err, errLocked) {
		return "", errLocked
	}
	return "", errNoItem
}

// collection finds the default collection: errLocked, or errNoKeyring when
// there is none.
func (c serviceCall) collection() (dbus.ObjectPath, error) {
	var path dbus.ObjectPath
	if err := c.call(secretsPath, secretsService+".ReadAlias", []any{"default"}, &path); err != nil {
		return "", err
	}
	if path == noObject {
		return "", fmt.Errorf("%w with a default keyring", errNoKeyring)
	}
	var locked dbus.Variant
	if err := c.call(path, "org.freedesktop.DBus.Properties.Get", []any{secretsKeyring, "Locked"}, &locked); err != nil {
		return "", err
	}
	if is, _ := locked.Value().(bool); is {
		return "", errLocked
	}
	return path, nil
}

// session opens the session a secret travels in. The service is on this
// machine and the bus is the user's own, so nothing is encrypted.
func (c serviceCall) session() (dbus.ObjectPath, error) {
	var none dbus.Variant
	var path dbus.ObjectPath
	err := c.call(secretsPath, secretsService+".OpenSession", []any{"plain", dbus.MakeVariant("")}, &none, &path)
	return path, err
}

// settle ends a call that may have answered with a prompt. The prompt is never
// shown: it asks to unlock.
func (c serviceCall) settle(prompt dbus.ObjectPath) error {
	if prompt == noObject {
		return nil
	}
	_ = c.call(prompt, secretsPrompt+".Dismiss", nil)
	return errLocked
}

func (s secretService) get(ctx context.Context, it item) (text string, err error) {
	err = s.with(ctx, func(c serviceCall) error {
		path, err := c.find(it)
		if err != nil {
			return err
		}
		session, err := c.session()
		if err != nil {
			return err
		}
		var found wireSecret
		if err := c.call(path, secretsItem+".GetSecret", []any{session}, &found); err != nil {
			return err
		}
		text = string(found.Value)
		return nil
	})
	return text, err
}

func (s secretService) set(ctx context.Context, it item, text string) error {
	return s.with(ctx, func(c serviceCall) error {
		session, err := c.session()
		if err != nil {
			return err
		}
		value := wireSecret{Session: session, Parameters: []byte{}, Value: []byte(text), Type: secretTextPlain}
		path, err := c.find(it)
		if err == nil {
			return c.call(path, secretsItem+".SetSecret", []any{value})
		}
		if !errors.Is(err, errNoItem) {
			return err
		}
		collection, err := c.collection()
		if err != nil {
			return err
		}
		properties := map[string]dbus.Variant{
			secretsItem + ".Label":      dbus.MakeVariant(it.user + "@" + it.service + ":default (Rekey)"),
			secretsItem + ".Attributes": dbus.MakeVariant(attributes(it)),
		}
		var made, prompt dbus.ObjectPath
		if err := c.call(collection, secretsKeyring+".CreateItem", []any{properties, value, true}, &made, &prompt); err != nil {
			return err
		}
		return c.settle(prompt)
	})
}

func (s secretService) remove(ctx context.Context, it item) error {
	return s.with(ctx, func(c serviceCall) error {
		path, err := c.find(it)
		if err != nil {
			return err
		}
		var prompt dbus.ObjectPath
		if err := c.call(path, secretsItem+".Delete", nil, &prompt); err != nil {
			return err
		}
		return c.settle(prompt)
	})
}

func (s secretService) ready(ctx context.Context, it item) error {
	return s.with(ctx, func(c serviceCall) error {
		_, err := c.find(it)
		if errors.Is(err, errNoItem) {
			_, err = c.collection()
		}
		return err
	})
}
