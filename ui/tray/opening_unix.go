//go:build linux || freebsd || openbsd || netbsd

package tray

import (
	"context"

	"github.com/godbus/dbus/v5"

	"rekey/internal/sessionbus"
)

const (
	menuIface = "com.canonical.dbusmenu"
	menuPath  = itemPath + "/menu"
)

// watchAboutToShow calls opened whenever a panel is about to show the icon's menu,
// until ctx ends. The address is the bus's, or "" for that of this session.
//
// Panels built on libdbusmenu-gtk, such as xfce's, say no more than
// AboutToShow. systray tells only of the event "opened" that others send
// (https://github.com/fyne-io/systray, v1.12), and its menu cannot be taken over,
// so this listens as a monitor of those calls alone. A panel's first call is not
// about opening: it reads the menu for the first time then.
func watchAboutToShow(ctx context.Context, address string, opened func()) {
	icon, err := dbus.SessionBus() // systray's own
	if err != nil {
		return
	}
	watchCalls(ctx, address, icon.Names()[0], opened)
}

func watchCalls(ctx context.Context, address, icon string, opened func()) {
	dialling, cancel := context.WithTimeout(ctx, portalLimit)
	defer cancel()
	conn, err := sessionbus.Dial(dialling, address)
	if err != nil {
		return // without a bus there is no tray either, which is told elsewhere
	}
	defer func() { _ = conn.Close() }()
	rule := "type='method_call',interface='" + menuIface + "',member='AboutToShow',destination='" + icon + "'"
	err = conn.BusObject().CallWithContext(dialling, "org.freedesktop.DBus.Monitoring.BecomeMonitor", 0, []string{rule}, uint32(0)).Err
	if err != nil {
		return // a sandbox's bus has no monitors
	}
	calls := make(chan *dbus.Message, 16)
	conn.Eavesdrop(calls)
	defer conn.Eavesdrop(nil) // closing conn would close the channel while its worker sends
	known := make(map[string]bool)
	for {
		select {
		case <-ctx.Done():
			return
		case <-conn.Context().Done():
			return
		case call, ok := <-calls:
			if !ok {
				return // the bus has gone
			}
			if root(call) {
				if panel := sender(call); known[panel] {
					opened()
				} else {
					known[panel] = true
				}
			}
		}
	}
}

// root reports whether a call is about the menu as a whole, no submenu.
func root(call *dbus.Message) bool {
	var id int32
	return call.Type == dbus.TypeMethodCall && dbus.Store(call.Body, &id) == nil && id == 0
}

// sender is the connection that a message comes from.
func sender(m *dbus.Message) (name string) {
	_ = m.Headers[dbus.FieldSender].Store(&name) // "" will do
	return name
}
