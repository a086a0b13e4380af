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
	"rekey/test/kit/lending"
	"rekey/test/kit/must"
	"rekey/ui/tray"
	"rekey/ui/words"
)

// listing is a watcher that tells which items it has. Its method set is that of
// two D-Bus interfaces.
type listing struct {
	registered chan string // the names that items came by
	asked      chan string // the properties that were asked for

	mu    sync.Mutex // guards everything below
	items []string
	found bool // somebody who asked was told of an item
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
	l.found = l.found || len(l.items) > 0
	select {
	case l.asked <- name:
	default: // enough for a test
	}
	return dbus.MakeVariant(append([]string{}, l.items...)), nil
}

// shown is how many items there are.
func (l *listing) shown() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.items)
}

// looked reports whether somebody has asked since the items came.
func (l *listing) looked() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.found
}

// forget is what a panel does that ends.
func (l *listing) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items, l.found = nil, false
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
		must.Do(t, conn.Export(panel, "/StatusNotifierWatcher", face))
	}
	kit.Own(t, conn, watcherName) // there from the start
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		session := kit.NewSession(kit.State(auth.StatusHealthy, time.Now()))
		ended <- tray.Run(ctx, []tray.Home{{Session: lending.Of(session)}}, tray.Options{Words: words.English(), Log: slog.New(slog.DiscardHandler)})
	}()
	item := kit.Receive(t, "the icon", panel.registered)
	kit.Receive(t, "the question whether the panel has it", panel.asked)

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
	if _, err := conn.ReleaseName(watcherName); err != nil {
		t.Fatal(err)
	}
	panel.forget()
	kit.Own(t, conn, watcherName)
	kit.Eventually(t, "the icon on the second panel", func() bool { return panel.shown() > 0 })
	if got, want := <-panel.registered, fmt.Sprintf("org.kde.StatusNotifierItem-%d-1", os.Getpid()); got != want || len(panel.registered) != 0 {
		t.Errorf("the icon came as %s, want %s, and %d times more", got, want, len(panel.registered))
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run = %v", err)
	}
}

// TestWatchersTakeTurns: two panels hand the watcher's name over to each other
// without a gap, twenty times in a row. Each is given the icon, and the one that
// is left in the end has it once.
func TestWatchersTakeTurns(t *testing.T) {
	if !kit.Alone(t) {
		return
	}
	address := kit.Bus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	var panels [2]*listing
	var conns [2]*dbus.Conn
	for i := range panels {
		panels[i] = &listing{registered: make(chan string, 64), asked: make(chan string, 64)}
		conns[i] = kit.Connect(t, address)
		for _, face := range []string{watcherName, "org.freedesktop.DBus.Properties"} {
			must.Do(t, conns[i].Export(panels[i], "/StatusNotifierWatcher", face))
		}
	}
	take := func(i int) {
		t.Helper()
		panels[i].forget()
		const over = dbus.NameFlagReplaceExisting | dbus.NameFlagAllowReplacement
		if reply, err := conns[i].RequestName(watcherName, over); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
			t.Fatalf("taking the watcher's name: %v, %v", reply, err)
		}
	}
	take(0)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		session := kit.NewSession(kit.State(auth.StatusHealthy, time.Now()))
		ended <- tray.Run(ctx, []tray.Home{{Session: lending.Of(session)}}, tray.Options{Words: words.English(), Log: slog.New(slog.DiscardHandler)})
	}()
	kit.Eventually(t, "the icon", func() bool { return panels[0].shown() > 0 })
	<-panels[0].asked // now systray listens, too
	for n := range 20 {
		take((n + 1) % 2)
		kit.Eventually(t, "the icon on the next panel", func() bool { return panels[(n+1)%2].shown() > 0 })
	}
	kit.Eventually(t, "the look after the last panel", panels[0].looked)
	if n := panels[0].shown(); n != 1 {
		t.Errorf("the last panel has the icon %d times", n)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run = %v", err)
	}
}
