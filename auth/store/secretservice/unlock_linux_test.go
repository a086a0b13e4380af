package secretservice

import (
	"context"
	"errors"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/introspect"

	"rekey/test/kit"
	"rekey/test/kit/keyring"
	"rekey/test/kit/must"
)

// prompter plays the desktop's part of gnome-keyring's prompts: it owns a name
// on the bus, is told to begin, and reports that it is done.
const (
	prompterName = "org.gnome.keyring.SystemPrompter"
	prompterPath = dbus.ObjectPath("/org/gnome/keyring/Prompter")
)

// beginner notes that a prompt was begun and leaves it open.
type beginner struct{ begun chan dbus.ObjectPath }

// BeginPrompting is the method that gnome-keyring calls.
func (p *beginner) BeginPrompting(callback dbus.ObjectPath) *dbus.Error {
	p.begun <- callback
	return nil
}

// StopPrompting ends a prompt; gnome-keyring calls it when its client goes.
func (p *beginner) StopPrompting(dbus.ObjectPath) *dbus.Error { return nil }

// newPrompter puts a prompter on the bus that shows nothing.
func newPrompter(t *testing.T, b *keyring.Bus) *beginner {
	t.Helper()
	conn := b.Connect()
	p := &beginner{begun: make(chan dbus.ObjectPath, 1)}
	must.Do(t, conn.Export(p, prompterPath, "org.gnome.keyring.internal.Prompter"))
	must.Do(t, conn.Export(introspect.Introspectable("<node/>"), prompterPath, "org.freedesktop.DBus.Introspectable"))
	if reply, err := conn.RequestName(prompterName, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("request the prompter's name: %v, %v", reply, err)
	}
	return p
}

func TestUnlockWhatIsNotLocked(t *testing.T) {
	t.Parallel()
	b := keyring.New(t)
	s := at(b)
	must.Do(t, s.Unlock(kit.Context(t)))
}

// If the desktop cannot show a prompt, Unlock says so immediately.
func TestUnlockWithoutAPrompter(t *testing.T) {
	t.Parallel()
	b := keyring.New(t)
	b.Lock()
	s := at(b)
	if err := s.Unlock(kit.Context(t)); !errors.Is(err, ErrStillLocked) {
		t.Errorf("Unlock: %v, want ErrStillLocked", err)
	}
}

// A prompt that the user does not answer ends with ctx.
func TestUnlockIsGivenUp(t *testing.T) {
	t.Parallel()
	b := keyring.New(t)
	p := newPrompter(t, b)
	b.Lock()
	s := at(b)
	ctx, cancel := context.WithCancel(kit.Context(t))
	done := kit.Later(func() error { return s.Unlock(ctx) })
	<-p.begun
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Unlock: %v, want context.Canceled", err)
	}
	b.Unlock()
	if err := s.Unlock(kit.Context(t)); err != nil {
		t.Errorf("Unlock, after the user did it elsewhere: %v", err)
	}
}
