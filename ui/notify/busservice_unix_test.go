//go:build linux || freebsd || openbsd || netbsd

package notify_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/notify"
)

func TestBusNobodyThere(t *testing.T) {
	address := kit.Bus(t)
	for name, bus := range map[string]*notify.Bus{
		"no service": notify.NewBus(address),
		"no bus":     notify.NewBus("unix:path=" + filepath.Join(t.TempDir(), "none")),
	} {
		if err := bus.Show(t.Context(), message(nil)); err == nil {
			t.Errorf("%s: Show has no error", name)
		}
		if err := bus.Withdraw(t.Context()); err != nil {
			t.Errorf("%s: Withdraw = %v", name, err)
		}
		if err := bus.Close(); err != nil {
			t.Errorf("%s: Close = %v", name, err)
		}
	}
}

// TestBusServiceComesLate: a failure leaves nothing behind that the next try
// would trip over.
func TestBusServiceComesLate(t *testing.T) {
	address := kit.Bus(t)
	bus := notify.NewBus(address)
	defer func() { _ = bus.Close() }()
	if err := bus.Show(t.Context(), message(nil)); err == nil {
		t.Fatal("Show without a service has no error")
	}
	desktop := newServer(t, address, "actions")
	must.Do(t, bus.Show(t.Context(), message(nil)))
	kit.Receive(t, "a notification", desktop.notes)
}

// TestBusMuteService is for a service that owns its name and never answers.
func TestBusMuteService(t *testing.T) {
	address := kit.Bus(t)
	conn := kit.Connect(t, address)
	ctx, cancel := context.WithCancel(t.Context())
	silent := mute{asked: cancel, until: t.Context().Done()}
	must.Do(t, conn.Export(silent, "/org/freedesktop/Notifications", service))
	kit.Own(t, conn, service)
	bus := notify.NewBus(address)
	defer func() { _ = bus.Close() }()
	if err := bus.Show(ctx, message(nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("Show = %v, want context.Canceled", err)
	}
}

// TestBusServiceRestarts: a message ends with the service that showed it. The
// next one knows nothing of it, and may have given its number to another
// program's message.
func TestBusServiceRestarts(t *testing.T) {
	address := kit.Bus(t)
	bus := notify.NewBus(address)
	defer func() { _ = bus.Close() }()
	show := func(s *server) note {
		t.Helper()
		must.Do(t, bus.Show(t.Context(), message(func() {})))
		return kit.Receive(t, "a notification", s.notes)
	}
	first := newServer(t, address, "actions")
	show(first)
	first.retire(t)
	if err := bus.Withdraw(t.Context()); err != nil {
		t.Errorf("withdrawing from a service that has ended: %v", err)
	}
	second := newServer(t, address, "actions")
	if got := show(second); got.replaces != 0 {
		t.Errorf("the first message of a service replaces %d", got.replaces)
	}
	second.retire(t)
	third := newServer(t, address, "actions")
	if err := bus.Withdraw(t.Context()); err != nil || len(third.closed) != 0 {
		t.Errorf("Withdraw = %v, the new service was asked to close %d messages", err, len(third.closed))
	}
	if got := show(third); got.replaces != 0 {
		t.Errorf("after a restart the message replaces %d", got.replaces)
	}
	if err := bus.Withdraw(t.Context()); err != nil {
		t.Error(err)
	}
	kit.Receive(t, "a withdrawal", third.closed)
	show(third)
	must.Do(t, third.conn.Export(leaving{third}, "/org/freedesktop/Notifications", service))
	if err := bus.Withdraw(t.Context()); err != nil {
		t.Errorf("withdrawing from a service that exits meanwhile: %v", err)
	}
}
