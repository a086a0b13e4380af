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
