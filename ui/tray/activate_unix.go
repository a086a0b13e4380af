//go:build linux || freebsd || openbsd || netbsd

package tray

import (
	"fmt"

	"github.com/godbus/dbus/v5"
)

const (
	itemPath  = dbus.ObjectPath("/StatusNotifierItem")
	itemIface = "org.kde.StatusNotifierItem"
)

// serveClicks answers the clicks of bars that have no menus, such as swaybar: each
// opens the window. systray answers them with UnknownMethod, and where it is given
// something to do it says that the item has no menu, so that the other panels no
// longer open the menu with a left click.
//
// The connection is systray's own, the shared one.
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
