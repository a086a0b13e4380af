//go:build linux

package desktop

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

// Item is a program's tray icon as a panel sees it, through the bus.
type Item struct {
	conn    *dbus.Conn
	icon    dbus.BusObject
	menu    dbus.BusObject
	changed chan struct{} // has one element when a signal came since the last look
}

const (
	itemInterface = "org.kde.StatusNotifierItem"
	menuInterface = "com.canonical.dbusmenu"
)

// Icon is a picture as it goes over the bus: 32 bits for each pixel, ARGB in
// network byte order.
type Icon struct {
	Width, Height int32
	Pixels        []byte
}

// Item waits until the process has registered a tray icon with the watcher,
// this package's or a panel's, and returns the icon.
func (d *Desktop) Item(t testing.TB, p *Process) *Item {
	t.Helper()
	return d.itemOf(t, p.PID())
}

// OnlyItem is Item for the only program that shows an icon, however it was
// started it. It returns the program's number too.
func (d *Desktop) OnlyItem(t testing.TB) (*Item, int) {
	t.Helper()
	bus, pid := d.Connect(t).BusObject(), 0
	kit.Eventually(t, "a program with a tray icon", func() bool {
		var names []string
		must.Do(t, bus.Call("org.freedesktop.DBus.ListNames", 0).Store(&names))
		for _, name := range names {
			if _, err := fmt.Sscanf(name, itemInterface+"-%d-1", &pid); err == nil {
				return true
			}
		}
		return false
	})
	return d.itemOf(t, pid), pid
}

// OwnItem is Item for an icon that the test's own process shows.
func (d *Desktop) OwnItem(t testing.TB) *Item {
	t.Helper()
	return d.itemOf(t, os.Getpid())
}

func (d *Desktop) itemOf(t testing.TB, pid int) *Item {
	t.Helper()
	conn := d.Connect(t)
	i := &Item{conn: conn, changed: make(chan struct{}, 1)}
	signals := make(chan *dbus.Signal, 64)
	conn.Signal(signals)
	go func() {
		for range signals { // until the connection is closed
			select {
			case i.changed <- struct{}{}:
			default:
			}
		}
	}()
	for _, match := range [][]dbus.MatchOption{
		{dbus.WithMatchInterface(watcherName)},
		{dbus.WithMatchInterface(itemInterface)},
		{dbus.WithMatchInterface(menuInterface)},
		{dbus.WithMatchMember("PropertiesChanged")},
		{dbus.WithMatchMember("NameOwnerChanged")},
	} {
		must.Do(t, conn.AddMatchSignal(match...))
	}
	i.wait(t, fmt.Sprintf("the tray icon of process %d", pid), func() bool { return i.find(pid) })
	return i
}

// find looks for the item of a process among the registered ones.
func (i *Item) find(pid int) bool {
	for _, item := range i.registered(pid) {
		service, path := parted(item)
		i.icon = i.conn.Object(service, dbus.ObjectPath(path))
		menu, err := i.icon.GetProperty(itemInterface + ".Menu")
		if err != nil {
			continue
		}
		if menuPath, ok := menu.Value().(dbus.ObjectPath); ok {
			i.menu = i.conn.Object(service, menuPath)
			return true
		}
	}
	return false
}

// registered are the items of a process that the watcher has.
func (i *Item) registered(pid int) (list []string) {
	registered, err := i.conn.Object(watcherName, watcherPath).GetProperty(watcherName + "." + watcherItems)
	if err != nil {
		return nil // no watcher yet
	}
	items, _ := registered.Value().([]string)
	for _, item := range items {
		service, _ := parted(item)
		var owner uint32
		err := i.conn.BusObject().Call("org.freedesktop.DBus.GetConnectionUnixProcessID", 0, service).Store(&owner)
		if err == nil && int(owner) == pid {
			list = append(list, item)
		}
	}
	return list
}

// parted are the connection and the path of a panel's entry for an item. GNOME's
// extension has an "@" between the two.
func parted(item string) (service, path string) {
	service, path, _ = strings.Cut(item, "/")
	return strings.TrimSuffix(service, "@"), "/" + path
}

// Registered is the number of icons that the panel has of the process with this number.
func (i *Item) Registered(pid int) int { return len(i.registered(pid)) }

// Connection is the bus name of the process's connection that the icon is on.
func (i *Item) Connection() string { return i.icon.Destination() }

// wait waits until ok says yes; it asks after every signal.
func (i *Item) wait(t testing.TB, what string, ok func() bool) {
	t.Helper()
	patience := time.After(kit.Patience)
	for !ok() {
		select {
		case <-i.changed:
		case <-patience:
			t.Fatalf("did not come: %s", what)
		}
	}
}

// Icon is the picture that is shown now.
func (i *Item) Icon(t testing.TB) Icon {
	t.Helper()
	value := must.Get(i.icon.GetProperty(itemInterface + ".IconPixmap"))(t)
	var icons []Icon
	if err := dbus.Store([]any{value.Value()}, &icons); err != nil {
		t.Fatalf("IconPixmap: %v", err)
	}
	if len(icons) == 0 {
		return Icon{}
	}
	return icons[0]
}

// Tooltip is the text that is shown now when the mouse rests on the icon.
func (i *Item) Tooltip(t testing.TB) string {
	t.Helper()
	text := must.Get(i.tooltip())(t)
	return text
}

func (i *Item) tooltip() (string, error) {
	value, err := i.icon.GetProperty(itemInterface + ".ToolTip")
	if err != nil {
		return "", err
	}
	var tip struct {
		IconName    string
		Icons       []Icon
		Title, Text string
	}
	if err := dbus.Store([]any{value.Value()}, &tip); err != nil {
		return "", fmt.Errorf("ToolTip: %w", err)
	}
	return strings.TrimSpace(tip.Title + " " + tip.Text), nil
}

// WaitTooltip waits until the tooltip has the text in it, and returns it.
func (i *Item) WaitTooltip(t testing.TB, text string) string {
	t.Helper()
	var tip string
	i.wait(t, "a tooltip with "+text, func() bool {
		var err error
		tip, err = i.tooltip()
		return err == nil && strings.Contains(tip, text)
	})
	return tip
}
