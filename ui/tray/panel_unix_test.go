//go:build linux || freebsd || openbsd || netbsd

package tray_test

import (
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"rekey/ui/tray"
	"rekey/ui/uitest"
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
	p := &panel{t: t, conn: uitest.Connect(t, address), items: make(chan string, 16), signals: make(chan *dbus.Signal, 256)}
	if err := p.conn.Export(watcherSide{p.items}, "/StatusNotifierWatcher", watcherName); err != nil {
		t.Fatal(err)
	}
	for _, iface := range []string{itemIface, menuIface} {
		if err := p.conn.AddMatchSignal(dbus.WithMatchInterface(iface)); err != nil {
			t.Fatal(err)
		}
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

// open starts the panel and waits until an item has registered. systray looks
// for panels only from a moment after its own start; a panel that came in that
// moment would be missed, so this one comes again until it is seen.
func (p *panel) open() {
	p.t.Helper()
	for deadline := time.Now().Add(uitest.Patience); time.Now().Before(deadline); p.close() {
		uitest.Own(p.t, p.conn, watcherName)
		select {
		case p.item = <-p.items:
			return
		case <-time.After(time.Second):
		}
	}
	p.t.Fatal("no item registered")
}

func (p *panel) close() {
	p.t.Helper()
	if _, err := p.conn.ReleaseName(watcherName); err != nil {
		p.t.Fatal(err)
	}
}

// entry is one row as the panel sees it.
type entry struct {
	id      int32
	label   string
	enabled bool
	checked bool
}

// rows reads the menu and returns what is visible, separators left out.
//
// It asks for the properties of all ids there can be, which systray gives out
// in the menu's order, and not for the layout: see layout.
func (p *panel) rows() []entry {
	p.t.Helper()
	ids := make([]int32, 64)
	for i := range ids {
		ids[i] = int32(i + 1)
	}
	var items []struct {
		ID    int32
		Props map[string]dbus.Variant
	}
	if err := p.menu("GetGroupProperties", ids, []string{}).Store(&items); err != nil {
		p.t.Fatal(err)
	}
	var out []entry
	for _, item := range items {
		visible, told := item.Props["visible"].Value().(bool)
		if kind, _ := item.Props["type"].Value().(string); kind == "separator" || (told && !visible) {
			continue
		}
		e := entry{id: item.ID}
		e.label, _ = item.Props["label"].Value().(string)
		e.enabled, _ = item.Props["enabled"].Value().(bool)
		state, _ := item.Props["toggle-state"].Value().(int32)
		e.checked = state == 1
		out = append(out, e)
	}
	return out
}

// layout is the order of the menu's ids. systray answers the first such
// question and changes its revision without a lock 150 ms later, so this one is
// not asked under the race detector.
func (p *panel) layout() []int32 {
	p.t.Helper()
	var revision uint32
	var root struct {
		ID       int32
		Props    map[string]dbus.Variant
		Children []dbus.Variant
	}
	if err := p.menu("GetLayout", int32(0), int32(-1), []string{}).Store(&revision, &root); err != nil {
		p.t.Fatal(err)
	}
	var out []int32
	for _, child := range root.Children {
		out = append(out, child.Value().([]any)[0].(int32))
	}
	return out
}

// menu calls a method of the item's menu.
func (p *panel) menu(method string, args ...any) *dbus.Call {
	return p.conn.Object(p.item, menuPath).Call(menuIface+"."+method, 0, args...)
}

// row finds a visible row by its label.
func (p *panel) row(label string) (entry, bool) {
	p.t.Helper()
	for _, e := range p.rows() {
		if e.label == label {
			return e, true
		}
	}
	return entry{}, false
}

// await waits until a row of that label is visible and returns it.
func (p *panel) await(label string) entry {
	p.t.Helper()
	var found entry
	uitest.Eventually(p.t, "a row "+label, func() (ok bool) {
		found, ok = p.row(label)
		return ok
	})
	return found
}

// click clicks the row of that label.
func (p *panel) click(label string) {
	p.t.Helper()
	e := p.await(label)
	if err := p.menu("Event", e.id, "clicked", dbus.MakeVariant(int32(0)), uint32(0)).Err; err != nil {
		p.t.Fatal(err)
	}
}

// property reads a property of the item into out.
func (p *panel) property(name string, out any) {
	p.t.Helper()
	v, err := p.conn.Object(p.item, itemPath).GetProperty(itemIface + "." + name)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := dbus.Store([]any{v.Value()}, out); err != nil {
		p.t.Fatal(err)
	}
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

// labels are the visible rows' texts, a line each.
func (p *panel) labels() string {
	p.t.Helper()
	var out []string
	for _, e := range p.rows() {
		out = append(out, e.label)
	}
	return strings.Join(out, "\n")
}

// settle waits until the tray has shown all that was published: it publishes a
// mark, sees it, and sees it go again. The signals of all that have arrived.
func (p *panel) settle(session *uitest.Session) {
	p.t.Helper()
	s := session.State()
	marked := s
	marked.Email = "mark"
	session.Publish(marked)
	p.await("mark · Pro")
	session.Publish(s)
	uitest.Eventually(p.t, "the end of the mark", func() bool {
		_, there := p.row("mark · Pro")
		return !there
	})
}

// owned tells whether somebody on the bus has that name.
func (p *panel) owned(name string) bool {
	p.t.Helper()
	var owned bool
	if err := p.conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, name).Store(&owned); err != nil {
		p.t.Fatal(err)
	}
	return owned
}

// labels are a model's visible rows' texts.
func labels(m tray.MenuModel) []string {
	var out []string
	for _, row := range m.Rows {
		if row.Label != "" {
			out = append(out, row.Label)
		}
	}
	return out
}
