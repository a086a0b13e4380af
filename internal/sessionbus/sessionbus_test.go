package sessionbus_test

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"testing"

	"rekey/internal/sessionbus"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

func TestDial(t *testing.T) {
	address := kit.Bus(t)
	a := must.Get(sessionbus.Dial(t.Context(), address))(t)
	defer func() { _ = a.Close() }()
	b := must.Get(sessionbus.Dial(t.Context(), address))(t)
	defer func() { _ = b.Close() }()
	if a.Names()[0] == b.Names()[0] {
		t.Error("two calls share one connection")
	}
}

func TestDialOutlivesItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	conn := must.Get(sessionbus.Dial(ctx, kit.Bus(t)))(t)
	defer func() { _ = conn.Close() }()
	cancel()
	if _, err := conn.BusObject().GetProperty("org.freedesktop.DBus.Features"); err != nil {
		t.Errorf("the connection ended with the context it was opened in: %v", err)
	}
}

func TestDialNobody(t *testing.T) {
	for _, address := range []string{"unix:path=" + filepath.Join(t.TempDir(), "none"), "autolaunch:", "nonsense"} {
		if _, err := sessionbus.Dial(t.Context(), address); err == nil || err.Error() != "nothing answers on the session bus" {
			t.Errorf("Dial(%q) = %v", address, err)
		}
	}
}

// TestDialMute is for a bus that accepts and never answers.
func TestDialMute(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	listener := must.Get(net.Listen("unix", socket))(t)
	defer func() { _ = listener.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			defer func() { _ = conn.Close() }()
		}
		cancel()
		<-t.Context().Done()
	}()
	if _, err := sessionbus.Dial(ctx, "unix:path="+socket); !errors.Is(err, context.Canceled) {
		t.Errorf("Dial = %v, want context.Canceled", err)
	}
}
