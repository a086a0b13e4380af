//go:build linux || freebsd || openbsd || netbsd

package tray

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

// portal is the desktop's side. Its method set is the D-Bus interface.
type portal struct {
	value any
	asked atomic.Int32
}

// Read is called by a program that wants a setting.
func (p *portal) Read(space, key string) (dbus.Variant, *dbus.Error) {
	p.asked.Add(1)
	if space != appearance || key != colourScheme {
		return dbus.Variant{}, dbus.NewError(settings+".NotFound", nil)
	}
	return dbus.MakeVariant(dbus.MakeVariant(p.value)), nil
}

// startPortal puts a portal with this value on a bus.
func startPortal(t *testing.T, address string, value any) (*portal, *dbus.Conn) {
	t.Helper()
	conn := kit.Connect(t, address)
	p := &portal{value: value}
	must.Do(t, conn.Export(p, portalPath, settings))
	kit.Own(t, conn, portalName)
	return p, conn
}

// watchColour runs watchPanelColour; what it tells comes on the channel. Stop
// ends it and waits.
func watchColour(t *testing.T, address, desktop string) (told <-chan bool, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, ended := make(chan bool, 16), make(chan struct{})
	go func() {
		defer close(ended)
		watchPanelColour(ctx, address, desktop, nil, func(dark bool) { out <- dark })
	}()
	stop = func() { cancel(); <-ended }
	t.Cleanup(stop)
	return out, stop
}

func expectColour(t *testing.T, told <-chan bool, want bool) {
	t.Helper()
	if dark := kit.Receive(t, "the panel's colour", told); dark != want {
		t.Errorf("the panel is dark: %t, want %t", dark, want)
	}
}

func TestPanelColour(t *testing.T) {
	address := kit.Bus(t)
	_, conn := startPortal(t, address, uint32(2))
	told, stop := watchColour(t, address, "ubuntu:KDE")
	expectColour(t, told, false)
	change := func(space, key string, value any) {
		must.Do(t, conn.Emit(portalPath, settings+".SettingChanged", space, key, dbus.MakeVariant(value)))
	}
	change(appearance, "accent-color", uint32(2))
	change(appearance, colourScheme, "nonsense")
	change(appearance, colourScheme, uint32(0))
	change("org.kde.other", colourScheme, uint32(2))
	must.Do(t, conn.Emit(portalPath, settings+".SettingChanged", appearance))
	change(appearance, colourScheme, uint32(1)) // of all these it tells this one
	expectColour(t, told, true)
	change(appearance, colourScheme, uint32(2))
	expectColour(t, told, false)
	stop()
	if len(told) > 0 {
		t.Error("more is told than has changed")
	}
}

// TestPanelColourFromPortalOnly: another program on the bus tells nothing.
func TestPanelColourFromPortalOnly(t *testing.T) {
	address := kit.Bus(t)
	_, conn := startPortal(t, address, uint32(1))
	told, stop := watchColour(t, address, "KDE")
	expectColour(t, told, true)
	stranger := kit.Connect(t, address)
	must.Do(t, stranger.Emit(portalPath, settings+".SettingChanged", appearance, colourScheme, dbus.MakeVariant(uint32(2))))
	// The bus has passed on all that the stranger sent when it answers him.
	must.Do(t, stranger.BusObject().Call("org.freedesktop.DBus.GetId", 0).Err)
	must.Do(t, conn.Emit(portalPath, settings+".SettingChanged", appearance, colourScheme, dbus.MakeVariant(uint32(1))))
	expectColour(t, told, true)
	stop()
	if len(told) > 0 {
		t.Error("a stranger was believed")
	}
}

// TestPanelColourUntold: where the panel's colour is its own affair nobody is
// asked, and where nobody answers nothing is told.
func TestPanelColourUntold(t *testing.T) {
	t.Parallel()
	address := kit.Bus(t)
	p, _ := startPortal(t, address, uint32(2))
	for _, desktop := range []string{"", "GNOME", "ubuntu:GNOME", "XFCE", "LXQt", "NotKDE"} {
		watchPanelColour(t.Context(), address, desktop, nil, func(bool) { t.Errorf("%q: something is told", desktop) })
	}
	if n := p.asked.Load(); n > 0 {
		t.Errorf("the portal was asked %d times", n)
	}
	mute, kill := kit.MortalBus(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		watchPanelColour(t.Context(), mute, "KDE", nil, func(bool) { t.Error("nobody answers and yet something is told") })
	}()
	kill() // ends it, wherever it is
	kit.Receive(t, "its end, with the bus", done)
}

// TestPanelColourWithoutPortal: Plasma's own settings tell, and tell again when
// they have changed.
func TestPanelColourWithoutPortal(t *testing.T) {
	address := kit.Bus(t)
	var dark atomic.Bool
	told := make(chan bool, 16)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		colours := func() (bool, bool) { return dark.Load(), true }
		watchPanelColour(ctx, address, "KDE", colours, func(dark bool) { told <- dark })
	}()
	defer func() { cancel(); <-ended }()
	expectColour(t, told, false)
	dark.Store(true)
	must.Do(t, kit.Connect(t, address).Emit("/KGlobalSettings", kdeSettings+".notifyChange", int32(0), int32(0)))
	expectColour(t, told, true)
}
