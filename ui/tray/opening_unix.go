//go:build linux || freebsd || openbsd || netbsd

package tray

import (
	"context"
	"fmt"

	"github.com/godbus/dbus/v5"

	"rekey/internal/sessionbus"
)

const (
	itemPath  = dbus.ObjectPath("/StatusNotifierItem")
	itemIface = "org.kde.StatusNotifierItem"
)

// serveClicks makes clicks open the window in bars without menus, such as
// swaybar. systray answers such clicks with UnknownMethod, and if given a click
// handler it declares that the item has no menu, so that other panels no longer
// open the menu on a left click.
//
// It uses systray's own connection, the shared one.
func serveClicks(open func()) error {
	conn, err := dbus.SessionBus()
	if err != nil {
		return fmt.Errorf("finding the icon's connection: %w", err)
	}
	click := func(int32, int32) *dbus.Error { open(); return nil }
	methods := map[string]any{"Activate": click, "SecondaryActivate": click, "ContextMenu": click}
	if err := conn.ExportMethodTable(methods, itemPath, itemIface); err != nil {
		return fmt.Errorf("answering clicks on the icon: %w", err)
	}
	return nil
}

const (
	menuIface = "com.canonical.dbusmenu"
	menuPath  = itemPath + "/menu"
)

// watchMenu calls opened whenever a panel is about to show the icon's menu, and
// closed when it says that the menu is closed, until ctx ends. The address is the
// bus's, or "" for that of this session.
//
// Panels built on libdbusmenu-gtk, such as xfce's, say no more than
// AboutToShow. systray tells only of the event "opened" that others send
// (https://github.com/fyne-io/systray, v1.12), and its menu cannot be taken over,
// so this listens as a monitor of those calls alone. A panel's first call is not
// about opening: it reads the menu for the first time then.
func watchMenu(ctx context.Context, address string, opened, closed func()) {
	icon, err := dbus.SessionBus() // systray's own
	if err != nil {
		return
	}
	watchCalls(ctx, address, icon.Names()[0], opened, closed)
}

func watchCalls(ctx context.Context, address, icon string, opened, closed func()) {
	dialling, cancel := context.WithTimeout(ctx, portalLimit)
	defer cancel()
	conn, err := sessionbus.Dial(dialling, address)
	if err != nil {
		return // without a bus there is no tray either, which is told elsewhere
	}
	defer func() { _ = conn.Close() }()
	call := "type='method_call',interface='" + menuIface + "',destination='" + icon + "',member="
	rules := []string{call + "'AboutToShow'", call + "'Event',arg1='closed'"}
	err = conn.BusObject().CallWithContext(dialling, "org.freedesktop.DBus.Monitoring.BecomeMonitor", 0, rules, uint32(0)).Err
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
			panel := header(call, dbus.FieldSender)
			switch {
			case !root(call):
			case header(call, dbus.FieldMember) == "Event":
				closed()
			case known[panel]:
				opened()
			default:
				known[panel] = true
			}
		}
	}
}

// root reports whether a call is about the menu as a whole, no submenu.
func root(call *dbus.Message) bool {
	return call.Type == dbus.TypeMethodCall && len(call.Body) > 0 && call.Body[0] == any(int32(0))
}

// header is a name in a message's header: that of the connection it comes from, or
// of what is called.
func header(m *dbus.Message, field dbus.HeaderField) (name string) {
	_ = m.Headers[field].Store(&name) // "" will do
	return name
}
