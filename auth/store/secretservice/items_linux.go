package secretservice

import (
	"context"
	"errors"
	"fmt"

	"github.com/godbus/dbus/v5"
)

// wireSecret is the wire form of a secret: the session, its parameters (none for
// the plain algorithm), the value and its type.
type wireSecret struct {
	Session    dbus.ObjectPath
	Parameters []byte
	Value      []byte
	Type       string
}

// attributes are the ones that Codex's keyring library gives an item.
func attributes(it Item) map[string]string {
	return map[string]string{"application": it.Application, "service": it.Name, "target": "default", "username": it.User}
}

// find looks for the item as Codex does, by service, user and target; otherwise
// for one without a target, such as go-keyring creates. If a keyring is locked,
// it may be unknown whether it holds the item; that counts as locked.
func (c call) find(it Item) (dbus.ObjectPath, error) {
	for _, search := range []map[string]string{
		{"service": it.Name, "username": it.User, "target": "default"},
		{"service": it.Name, "username": it.User},
	} {
		var unlocked, locked []dbus.ObjectPath
		if err := c.method(servicePath, serviceFace+".SearchItems", []any{search}, &unlocked, &locked); err != nil {
			return "", err
		}
		switch {
		case len(unlocked)+len(locked) > 1:
			return "", ErrAmbiguous
		case len(locked) == 1:
			return "", ErrLocked
		case len(unlocked) == 1:
			return unlocked[0], nil
		}
	}
	if _, err := c.collection(); errors.Is(err, ErrLocked) {
		return "", ErrLocked
	}
	return "", ErrNoItem
}

// collection finds the default collection. The error is ErrLocked, or
// ErrNoService when there is none.
func (c call) collection() (dbus.ObjectPath, error) {
	var path dbus.ObjectPath
	if err := c.method(servicePath, serviceFace+".ReadAlias", []any{"default"}, &path); err != nil {
		return "", err
	}
	if path == noObject {
		return "", fmt.Errorf("%w with a default keyring", ErrNoService)
	}
	var locked dbus.Variant
	if err := c.method(path, "org.freedesktop.DBus.Properties.Get", []any{collectionFace, "Locked"}, &locked); err != nil {
		return "", err
	}
	if is, _ := locked.Value().(bool); is {
		return "", ErrLocked
	}
	return path, nil
}

// session opens the session for transferring a secret. It is not encrypted,
// because the service is on this machine and the bus is the user's own.
func (c call) session() (dbus.ObjectPath, error) {
	var none dbus.Variant
	var path dbus.ObjectPath
	err := c.method(servicePath, serviceFace+".OpenSession", []any{"plain", dbus.MakeVariant("")}, &none, &path)
	return path, err
}

// settle ends a call that may have returned a prompt. A prompt means that the
// keyring is locked; it is not shown.
func (c call) settle(prompt dbus.ObjectPath) error {
	if prompt == noObject {
		return nil
	}
	_ = c.method(prompt, promptFace+".Dismiss", nil)
	return ErrLocked
}

// Get returns an item's text, or ErrNoItem.
func (s Service) Get(ctx context.Context, it Item) (text string, err error) {
	err = s.with(ctx, func(c call) error {
		path, err := c.find(it)
		if err != nil {
			return err
		}
		session, err := c.session()
		if err != nil {
			return err
		}
		var found wireSecret
		if err := c.method(path, itemFace+".GetSecret", []any{session}, &found); err != nil {
			return err
		}
		text = string(found.Value)
		return nil
	})
	return text, err
}

// Find returns nil if the item exists and can be read, otherwise ErrNoItem or
// why it cannot be read.
func (s Service) Find(ctx context.Context, it Item) error {
	return s.with(ctx, func(c call) error {
		_, err := c.find(it)
		return err
	})
}

// Set replaces an item's text, keeping its attributes, or creates the item.
func (s Service) Set(ctx context.Context, it Item, text string) error {
	return s.with(ctx, func(c call) error {
		session, err := c.session()
		if err != nil {
			return err
		}
		value := wireSecret{Session: session, Parameters: []byte{}, Value: []byte(text), Type: secretTextPlain}
		path, err := c.find(it)
		if err == nil {
			return c.method(path, itemFace+".SetSecret", []any{value})
		}
		if !errors.Is(err, ErrNoItem) {
			return err
		}
		collection, err := c.collection()
		if err != nil {
			return err
		}
		properties := map[string]dbus.Variant{
			itemFace + ".Label":      dbus.MakeVariant(it.User + "@" + it.Name + ":default (Rekey)"),
			itemFace + ".Attributes": dbus.MakeVariant(attributes(it)),
		}
		var made, prompt dbus.ObjectPath
		if err := c.method(collection, collectionFace+".CreateItem", []any{properties, value, true}, &made, &prompt); err != nil {
			return err
		}
		return c.settle(prompt)
	})
}

// Remove deletes an item, or returns ErrNoItem.
func (s Service) Remove(ctx context.Context, it Item) error {
	return s.with(ctx, func(c call) error {
		path, err := c.find(it)
		if err != nil {
			return err
		}
		var prompt dbus.ObjectPath
		if err := c.method(path, itemFace+".Delete", nil, &prompt); err != nil {
			return err
		}
		return c.settle(prompt)
	})
}

// Ready says why Set would fail, or nil. It changes nothing.
func (s Service) Ready(ctx context.Context, it Item) error {
	return s.with(ctx, func(c call) error {
		_, err := c.find(it)
		if errors.Is(err, ErrNoItem) {
			_, err = c.collection()
		}
		return err
	})
}
