//go:build linux || freebsd || openbsd || netbsd

package item_test

import (
	"context"
	"errors"
	"image/color"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/tray/item"
)

const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = dbus.ObjectPath("/StatusNotifierWatcher")
)

// watcher is a panel's side.
type watcher struct {
	items   chan string      // the connections of those that registered
	refuses chan *dbus.Error // what it answers with, as long as there is something
}

// newWatcher puts a watcher on a connection, which does not yet have its name.
func newWatcher(t *testing.T, conn *dbus.Conn) *watcher {
	t.Helper()
	w := &watcher{items: make(chan string, 64), refuses: make(chan *dbus.Error, 16)}
	must.Do(t, conn.ExportMethodTable(map[string]any{"RegisterStatusNotifierItem": func(path string, sender dbus.Sender) *dbus.Error {
		if path != string(itemPath) {
			t.Errorf("an item registered as %q", path)
		}
		select {
		case err := <-w.refuses:
			return err
		default:
		}
		w.items <- string(sender)
		return nil
	}}, watcherPath, watcherName))
	return w
}

// TestPanelThere: what there is to know before an item is shown.
func TestPanelThere(t *testing.T) {
	address := kit.Bus(t)
	bus := must.Get(item.Connect(t.Context(), address))(t)
	defer bus.Close()
	if there, err := bus.PanelThere(t.Context()); there || err != nil {
		t.Errorf("without a panel PanelThere = %t, %v", there, err)
	}
	kit.Own(t, kit.Connect(t, address), watcherName)
	if there, err := bus.PanelThere(t.Context()); !there || err != nil {
		t.Errorf("with a panel PanelThere = %t, %v", there, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, ctx := range map[string]context.Context{"unix:path=" + filepath.Join(t.TempDir(), "none"): t.Context(), address: ended} {
		if _, err := item.Connect(ctx, name); err == nil {
			t.Errorf("Connect(%q) has no error", name)
		}
		if _, err := item.Open(ctx, item.Config{Address: name}); err == nil {
			t.Errorf("Open(%q) has no error", name)
		}
	}
	if there, err := bus.PanelThere(ended); there || err == nil {
		t.Errorf("PanelThere = %t without an error, although its context has ended", there)
	}
}

// TestPanelsComeAndGo: the item is on each panel once, also on one that takes the name
// of one that hangs.
func TestPanelsComeAndGo(t *testing.T) {
	address := kit.Bus(t)
	first, second := kit.Connect(t, address), kit.Connect(t, address)
	a, b := newWatcher(t, first), newWatcher(t, second)
	take := func(conn *dbus.Conn) {
		t.Helper()
		const over = dbus.NameFlagReplaceExisting | dbus.NameFlagAllowReplacement | dbus.NameFlagDoNotQueue
		if reply, err := conn.RequestName(watcherName, over); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
			t.Fatalf("taking the watcher's name: %v, %v", reply, err)
		}
	}
	take(first) // there from the start, so that the item listens once it has registered
	_, end := run(t, address, make(chan any, 1))
	for range 20 {
		kit.Receive(t, "the item on the first panel", a.items)
		must.Get(first.ReleaseName(watcherName))(t)
		take(first)
	}
	kit.Receive(t, "the item on the first panel", a.items)
	silent, heard := kit.Connect(t, address), make(chan *dbus.Message, 16)
	silent.Eavesdrop(heard) // from now on it answers nobody
	must.Get(first.ReleaseName(watcherName))(t)
	silent.BusObject().Go("org.freedesktop.DBus.RequestName", dbus.FlagNoReplyExpected, nil, watcherName, uint32(dbus.NameFlagAllowReplacement))
	for kit.Receive(t, "the question to the panel that hangs", heard).Type != dbus.TypeMethodCall { // but what the bus says
	}
	take(second)
	kit.Receive(t, "the item on the second panel", b.items)
	take(first)
	kit.Receive(t, "the item on the first panel", a.items)
	if err := end(); err != nil {
		t.Errorf("Run = %v", err)
	}
	if len(a.items)+len(b.items) != 0 {
		t.Errorf("the item was registered %d times too often", len(a.items)+len(b.items))
	}
}

// TestPanelRefusesAtFirst: a panel may have its name before it can answer.
func TestPanelRefusesAtFirst(t *testing.T) {
	t.Parallel()
	address := kit.Bus(t)
	conn := kit.Connect(t, address)
	w := newWatcher(t, conn)
	w.refuses <- dbus.NewError("org.freedesktop.DBus.Error.UnknownObject", nil)
	w.refuses <- dbus.NewError("org.freedesktop.DBus.Error.UnknownObject", nil)
	kit.Own(t, conn, watcherName)
	_, end := run(t, address, make(chan any, 1))
	kit.Receive(t, "the item", w.items)
	if err := end(); err != nil {
		t.Errorf("Run = %v", err)
	}
}

// TestBusDies: Run says so, and what is shown after that hurts nobody.
func TestBusDies(t *testing.T) {
	address, kill := kit.MortalBus(t)
	conn := kit.Connect(t, address)
	w := newWatcher(t, conn)
	kit.Own(t, conn, watcherName)
	i, err := item.Open(t.Context(), item.Config{Address: address, Lines: make([]item.Line, 2), Log: slog.New(slog.DiscardHandler)})
	must.Do(t, err)
	ended := kit.Later(func() error { return i.Run(t.Context()) })
	kit.Receive(t, "the item", w.items)
	kill()
	if err := kit.Receive(t, "the end of Run", ended); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want an error", err)
	}
	i.SetIcon(picture(color.NRGBA{A: 0xff}))
	i.SetTooltip("after the end")
	i.SetRows([]item.Row{1: {Label: "after the end"}})
}
