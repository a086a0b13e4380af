//go:build linux || freebsd || openbsd || netbsd

package tray_test

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/lending"
	"rekey/test/kit/must"
	"rekey/ui/tray"
	"rekey/ui/words"
)

// listing is a watcher that counts its items. Its method set is the D-Bus interface.
type listing struct {
	registered chan string // the connections that items came from, with their paths
	shown      atomic.Int32
}

// RegisterStatusNotifierItem is called for an item.
func (l *listing) RegisterStatusNotifierItem(path string, sender dbus.Sender) *dbus.Error {
	l.shown.Add(1)
	l.registered <- string(sender) + path
	return nil
}

// TestIconIsRegisteredAgain: a panel that has the icon is not given it twice, and
// one that comes after a signal that nobody expects is given it all the same.
func TestIconIsRegisteredAgain(t *testing.T) {
	if !kit.Alone(t) {
		return
	}
	address := kit.Bus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	conn := kit.Connect(t, address)
	panel := &listing{registered: make(chan string, 16)}
	must.Do(t, conn.Export(panel, "/StatusNotifierWatcher", watcherName))
	kit.Own(t, conn, watcherName) // there from the start
	end := runTray(t, kit.NewSession(kit.State(auth.StatusHealthy, time.Now())))
	icon := kit.Receive(t, "the icon", panel.registered)

	// A signal as any program may send one.
	call := conn.Send(&dbus.Message{
		Type: dbus.TypeSignal,
		Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldDestination: dbus.MakeVariant(strings.TrimSuffix(icon, string(itemPath))),
			dbus.FieldPath:        dbus.MakeVariant(dbus.ObjectPath("/x")),
			dbus.FieldInterface:   dbus.MakeVariant("x.y"),
			dbus.FieldMember:      dbus.MakeVariant("Z"),
			dbus.FieldSignature:   dbus.MakeVariant(dbus.SignatureOf("one")),
		},
		Body: []any{"one"},
	}, nil)
	if call != nil && call.Err != nil {
		t.Fatal(call.Err)
	}
	must.Get(conn.ReleaseName(watcherName))(t)
	kit.Own(t, conn, watcherName)
	if again := kit.Receive(t, "the icon on the second panel", panel.registered); again != icon {
		t.Errorf("the icon came as %s, want %s", again, icon)
	}
	end()
	if n := panel.shown.Load(); n != 2 {
		t.Errorf("the icon was registered %d times with two panels", n)
	}
}

// TestWatchersTakeTurns: two panels hand the watcher's name over to each other
// without a gap, twenty times in a row. Each is given the icon once.
func TestWatchersTakeTurns(t *testing.T) {
	if !kit.Alone(t) {
		return
	}
	address := kit.Bus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	var panels [2]*listing
	var conns [2]*dbus.Conn
	for i := range panels {
		panels[i] = &listing{registered: make(chan string, 64)}
		conns[i] = kit.Connect(t, address)
		must.Do(t, conns[i].Export(panels[i], "/StatusNotifierWatcher", watcherName))
	}
	take := func(i int) {
		t.Helper()
		const over = dbus.NameFlagReplaceExisting | dbus.NameFlagAllowReplacement
		if reply, err := conns[i].RequestName(watcherName, over); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
			t.Fatalf("taking the watcher's name: %v, %v", reply, err)
		}
	}
	take(0)
	end := runTray(t, kit.NewSession(kit.State(auth.StatusHealthy, time.Now())))
	kit.Receive(t, "the icon", panels[0].registered)
	for n := range 20 {
		take((n + 1) % 2)
		kit.Receive(t, "the icon on the next panel", panels[(n+1)%2].registered)
	}
	end()
	if a, b := panels[0].shown.Load(), panels[1].shown.Load(); a != 11 || b != 10 {
		t.Errorf("the icon was registered %d and %d times, want 11 and 10", a, b)
	}
}

// runTray runs the tray of a session; end ends it.
func runTray(t *testing.T, session *kit.Session) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := kit.Later(func() error {
		return tray.Run(ctx, []tray.Home{{Session: lending.Of(session)}}, tray.Options{
			Words: words.English(), Desktop: "LXQt", Log: slog.New(slog.DiscardHandler),
		})
	})
	return func() {
		t.Helper()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run = %v", err)
		}
	}
}
