package secretservice

import (
	"context"

	"rekey/internal/fault"

	"github.com/godbus/dbus/v5"
)

// Unlock asks the desktop to unlock the default keyring and waits until its
// user has answered the prompt, or ctx ends: then the prompt is taken back. The error is
// ErrStillLocked, or says why nobody could be asked.
func (s Service) Unlock(ctx context.Context) error {
	return s.with(ctx, func(c call) error {
		var path dbus.ObjectPath
		if err := c.method(servicePath, serviceFace+".ReadAlias", []any{"default"}, &path); err != nil {
			return err
		}
		if path == noObject {
			return ErrNoService
		}
		completed, err := c.completions()
		if err != nil {
			return err
		}
		var unlocked []dbus.ObjectPath
		var prompt dbus.ObjectPath
		err = c.method(servicePath, serviceFace+".Unlock", []any{[]dbus.ObjectPath{path}}, &unlocked, &prompt)
		if err != nil || prompt == noObject {
			return err
		}
		// A client that goes takes its prompt along, so nothing is left behind
		// when ctx closes the connection.
		if err := c.method(prompt, promptFace+".Prompt", []any{""}); err != nil {
			return err
		}
		return c.answered(prompt, completed)
	})
}

// completions subscribes to the ends of prompts, until the connection closes.
func (c call) completions() (<-chan *dbus.Signal, error) {
	signals := make(chan *dbus.Signal, 16)
	c.conn.Signal(signals)
	err := c.conn.AddMatchSignal(dbus.WithMatchInterface(promptFace), dbus.WithMatchMember("Completed"))
	return signals, err
}

// answered waits for the end of one prompt.
func (c call) answered(prompt dbus.ObjectPath, completed <-chan *dbus.Signal) error {
	for s := range completed {
		if s.Path != prompt || len(s.Body) == 0 {
			continue
		}
		if dismissed, _ := s.Body[0].(bool); dismissed {
			return ErrStillLocked
		}
		return nil
	}
	return fault.New("service_gone", "the keyring service has exited")
}
