package secretservice

import (
	"context"

	"github.com/godbus/dbus/v5"

	"rekey/internal/fault"
)

// Unlock asks the desktop to unlock the default keyring and waits until the user has
// answered the prompt. If ctx is done first, the prompt is dismissed. The error is
// ErrStillLocked, or says why the user could not be asked.
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
		// The prompt disappears with its client, so nothing is left when ctx
		// closes the connection.
		if err := c.method(prompt, promptFace+".Prompt", []any{""}); err != nil {
			return err
		}
		return c.answered(prompt, completed)
	})
}

// completions subscribes to the completion of prompts, until the connection
// closes.
func (c call) completions() (<-chan *dbus.Signal, error) {
	signals := make(chan *dbus.Signal, 16)
	c.conn.Signal(signals)
	err := c.conn.AddMatchSignal(dbus.WithMatchInterface(promptFace), dbus.WithMatchMember("Completed"))
	return signals, err
}

// answered waits for one prompt to complete.
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
