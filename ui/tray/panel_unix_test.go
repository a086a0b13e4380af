//go:build linux || freebsd || openbsd || netbsd

package tray_test

import (
	"testing"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

const (
	watcherName = "org.kde.StatusNotifierWatcher"
	itemPath    = dbus.ObjectPath("/StatusNotifierItem")
	menuPath    = dbus.ObjectPath("/StatusNotifierItem/menu")
	itemIface   = "org.kde.StatusNotifierItem"
	menuIface   = "com.canonical.dbusmenu"
)

// panel is the desktop's side of the tray: a watcher that items register with,
// a reader of their menus and a hand that clicks.
type panel struct {
	t       *testing.T
	conn    *dbus.Conn
	items   chan string
	item    string
	signals chan *dbus.Signal
}

// newPanel connects to the bus; open makes it a panel.
func newPanel(t *testing.T, address string) *panel {
	t.Helper()
	p := &panel{t: t, conn: kit.Connect(t, address), items: make(chan string, 16), signals: make(chan *dbus.Signal, 256)}
	must.Do(t, p.conn.Export(watcherSide{p.items}, "/StatusNotifierWatcher", watcherName))
	for _, iface := range []string{itemIface, menuIface} {
		must.Do(t, p.conn.AddMatchSignal(dbus.WithMatchInterface(iface)))
	}
	p.conn.Signal(p.signals)
	return p
}

// watcherSide is the exported object. Its method set is the D-Bus interface.
type watcherSide struct{ items chan string }

// RegisterStatusNotifierItem is called by an item.
func (w watcherSide) RegisterStatusNotifierItem(_ string, sender dbus.Sender) *dbus.Error {
	w.items <- string(sender)
	return nil
}

// open starts the panel and waits until an item has registered.
func (p *panel) open() {
	p.t.Helper()
	kit.Own(p.t, p.conn, watcherName)
	p.item = kit.Receive(p.t, "an item", p.items)
}

func (p *panel) close() {
	p.t.Helper()
	must.Get(p.conn.ReleaseName(watcherName))(p.t)
}

// property reads a property of the item into out.
func (p *panel) property(name string, out any) {
	p.t.Helper()
	v := must.Get(p.conn.Object(p.item, itemPath).GetProperty(itemIface + "." + name))(p.t)
	must.Do(p.t, dbus.Store([]any{v.Value()}, out))
}

// picture is the item's icon, its pixels as bytes.
func (p *panel) picture() string {
	p.t.Helper()
	var maps []struct {
		W, H int32
		Pix  []byte
	}
	p.property("IconPixmap", &maps)
	if len(maps) != 1 || int(maps[0].W*maps[0].H)*4 != len(maps[0].Pix) || maps[0].W < 16 {
		p.t.Fatalf("the item has no picture: %d maps", len(maps))
	}
	return string(maps[0].Pix)
}

// count empties the signals that have arrived and counts them by name.
func (p *panel) count() map[string]int {
	seen := map[string]int{}
	for {
		select {
		case s := <-p.signals:
			seen[s.Name]++
		default:
			return seen
		}
	}
}

// tooltip is the item's tooltip.
func (p *panel) tooltip() string {
	p.t.Helper()
	var tip struct {
		Name  string
		Icons []struct {
			W, H int32
			Pix  []byte
		}
		Title, Text string
	}
	p.property("ToolTip", &tip)
	return tip.Title
}

// settle waits until the tray has shown all that was published: it publishes a
// mark, sees it, and sees it go again. The signals of all that have arrived.
func (p *panel) settle(session *kit.Session) {
	p.t.Helper()
	s := session.State()
	marked := s
	marked.Email = "mark"
	session.Publish(marked)
	p.await("mark · Pro")
	session.Publish(s)
	p.gone("mark · Pro")
}

// owned tells whether somebody on the bus has that name.
func (p *panel) owned(name string) bool {
	p.t.Helper()
	var owned bool
	must.Do(p.t, p.conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, name).Store(&owned))
	return owned
}
