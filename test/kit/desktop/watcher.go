//go:build linux

package desktop

import (
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

// The StatusNotifierWatcher of the freedesktop.org draft "StatusNotifierItem",
// with the names that KDE gave it and everybody uses.
const (
	watcherName  = "org.kde.StatusNotifierWatcher"
	watcherPath  = dbus.ObjectPath("/StatusNotifierWatcher")
	watcherItems = "RegisteredStatusNotifierItems"
)

// StartWatcher puts a StatusNotifierWatcher with a host on the bus: what a
// tray icon needs in order to be shown, without a panel. It counts
// registrations and forgets nobody.
func (d *Desktop) StartWatcher(t testing.TB) {
	t.Helper()
	conn := d.Connect(t)
	props, err := prop.Export(conn, watcherPath, prop.Map{watcherName: {
		watcherItems:                     {Value: []string{}, Emit: prop.EmitTrue},
		"IsStatusNotifierHostRegistered": {Value: true, Emit: prop.EmitConst},
		"ProtocolVersion":                {Value: int32(0), Emit: prop.EmitConst},
	}})
	must.Do(t, err)
	w := &watcher{conn: conn, props: props}
	if err := conn.ExportMethodTable(map[string]any{
		"RegisterStatusNotifierItem": w.register,
		"RegisterStatusNotifierHost": func(string) *dbus.Error { return nil },
	}, watcherPath, watcherName); err != nil {
		t.Fatal(err)
	}
	kit.Own(t, conn, watcherName)
}

// watcher is the object behind StartWatcher. Its methods are called by the
// connection's goroutines.
type watcher struct {
	conn  *dbus.Conn
	props *prop.Properties

	mu    sync.Mutex // guards items
	items []string
}

// register implements RegisterStatusNotifierItem. An item names itself by its
// bus name, or by its object's path on the caller's connection.
func (w *watcher) register(service string, sender dbus.Sender) *dbus.Error {
	item := service + "/StatusNotifierItem"
	if len(service) > 0 && service[0] == '/' {
		item = string(sender) + service
	}
	w.mu.Lock()
	w.items = append(w.items, item)
	items := append([]string(nil), w.items...)
	w.mu.Unlock()
	w.props.SetMust(watcherName, watcherItems, items)
	if err := w.conn.Emit(watcherPath, watcherName+".StatusNotifierItemRegistered", item); err != nil {
		return dbus.MakeFailedError(err)
	}
	return nil
}
