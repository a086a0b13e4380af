//go:build linux || freebsd || openbsd || netbsd

package tray_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/ui/tray"
	"rekey/ui/words"
)

// listing is a watcher that tells which items it has. Its method set is that of
// two D-Bus interfaces.
type listing struct {
	registered chan string // the names that items came by
	asked      chan string // the properties that were asked for

	mu    sync.Mutex // guards items
	items []string
}

// RegisterStatusNotifierItem is called for an item.
func (l *listing) RegisterStatusNotifierItem(service string, sender dbus.Sender) *dbus.Error {
	if service[0] == '/' {
		service = string(sender)
	}
	l.mu.Lock()
	l.items = append(l.items, service+"/StatusNotifierItem")
	l.mu.Unlock()
	l.registered <- service
	return nil
}

// Get is called by who wants to know the items.
func (l *listing) Get(_, name string) (dbus.Variant, *dbus.Error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked <- name
	return dbus.MakeVariant(append([]string{}, l.items...)), nil
}

// forget is what a panel does that ends.
func (l *listing) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items = nil
}

// TestIconIsRegisteredAgain: a panel that has the icon is not given it twice,
// and one that systray passes by is given it all the same.
func TestIconIsRegisteredAgain(t *testing.T) {
	if !kit.Alone(t) {
		return
	}
	address := kit.Bus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	conn := kit.Connect(t, address)
	panel := &listing{registered: make(chan string, 16), asked: make(chan string, 16)}
	for _, face := range []string{watcherName, "org.freedesktop.DBus.Properties"} {
		if err := conn.Export(panel, "/StatusNotifierWatcher", face); err != nil {
			t.Fatal(err)
		}
	}
	kit.Own(t, conn, watcherName) // there from the start
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		session := kit.NewSession(kit.State(auth.StatusHealthy, time.Now()))
		ended <- tray.Run(ctx, []tray.Home{{Session: session}}, tray.Options{Words: words.English(), Log: slog.New(slog.DiscardHandler)})
	}()
	receive := func(what string, from <-chan string) string {
		t.Helper()
		select {
		case v := <-from:
			return v
		case <-time.After(kit.Patience):
			t.Fatalf("did not come: %s", what)
			return ""
		}
	}
	item := receive("the icon", panel.registered)
	receive("the question whether the panel has it", panel.asked)

	// A signal that systray does not know, as any program may send one.
	call := conn.Send(&dbus.Message{
		Type: dbus.TypeSignal,
		Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldDestination: dbus.MakeVariant(item),
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
	if len(panel.registered) != 0 {
		t.Errorf("the icon is given a second time, as %s", <-panel.registered)
	}
	if _, err := conn.ReleaseName(watcherName); err != nil {
		t.Fatal(err)
	}
	panel.forget()
	kit.Own(t, conn, watcherName)
	if got, want := receive("the icon on the second panel", panel.registered), fmt.Sprintf("org.kde.StatusNotifierItem-%d-1", os.Getpid()); got != want {
		t.Errorf("the icon came as %s, want %s", got, want)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run = %v", err)
	}
}
