//go:build linux || freebsd || openbsd || netbsd

package item_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"log/slog"
	"testing"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/tray/item"
)

const (
	itemPath  = dbus.ObjectPath("/StatusNotifierItem")
	itemIface = "org.kde.StatusNotifierItem"
	menuPath  = dbus.ObjectPath("/StatusNotifierItem/menu")
	menuIface = "com.canonical.dbusmenu"
	props     = "org.freedesktop.DBus.Properties"
)

// The lines of the tests' menu.
const (
	plain = 1 + iota
	submenu
	inside // below submenu
	line
	check
	hidden
	lines
)

// shown is what the tests' menu shows at first.
func shown() []item.Row {
	return []item.Row{
		plain:   {Label: "a_b", Key: 'a', Enabled: true}, // which has no keys
		submenu: {Label: "More", Key: 'm', Enabled: true},
		inside:  {Label: "Inside", Enabled: true},
		check:   {Label: "A Switch", Key: 's', Enabled: true, Checked: true},
		hidden:  {},
	}
}

// shower is an item that runs, and a panel's connection to it.
type shower struct {
	*item.Item
	t       *testing.T
	address string // the bus's
	conn    *dbus.Conn
	name    string // the item's connection
	signals chan *dbus.Signal
	happens chan any // the numbers of lines that were clicked, and "opened", "activated"
	end     func() error
}

// start shows an item on a bus with a panel.
func start(t *testing.T) *shower {
	t.Helper()
	address := kit.Bus(t)
	s := &shower{t: t, address: address, conn: kit.Connect(t, address), signals: make(chan *dbus.Signal, 64), happens: make(chan any, 16)}
	w := newWatcher(t, s.conn)
	kit.Own(t, s.conn, watcherName)
	must.Do(t, s.conn.AddMatchSignal(dbus.WithMatchPathNamespace(itemPath)))
	s.conn.Signal(s.signals)
	s.Item, s.end = run(t, address, s.happens)
	s.name = kit.Receive(t, "the item", w.items)
	return s
}

// run opens an item and runs it until end is called or the test ends.
func run(t *testing.T, address string, happens chan any) (i *item.Item, end func() error) {
	t.Helper()
	i, err := item.Open(t.Context(), item.Config{
		Title: "Test", Address: address, Log: slog.New(slog.DiscardHandler),
		Lines: []item.Line{
			submenu: {}, inside: {Below: submenu}, line: {Kind: item.Separator}, check: {Kind: item.Switch}, hidden: {},
		},
		Clicked:   func(n int) { happens <- n },
		Opened:    func() { happens <- "opened" },
		Activated: func() { happens <- "activated" },
	})
	must.Do(t, err)
	i.SetIcon(picture(color.NRGBA{0x10, 0x20, 0x30, 0x40}))
	i.SetTooltip("tip")
	i.SetRows(shown())
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- i.Run(ctx) }()
	end = func() error { cancel(); return kit.Receive(t, "the end of Run", ended) }
	return i, end
}

// picture is a PNG of one colour.
func picture(c color.NRGBA) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	img.SetNRGBA(0, 0, c)
	img.SetNRGBA(1, 0, c)
	return img
}

// call calls a method of the item or its menu and stores what it returns.
func (s *shower) call(path dbus.ObjectPath, method string, args []any, into ...any) error {
	return s.conn.Object(s.name, path).Call(method, 0, args...).Store(into...)
}

// fails wants a call to fail in one way.
func (s *shower) fails(path dbus.ObjectPath, want, method string, args ...any) {
	s.t.Helper()
	err := s.conn.Object(s.name, path).Call(method, 0, args...).Err
	if failed, ok := err.(dbus.Error); !ok || failed.Name != "org.freedesktop.DBus.Error."+want { //nolint:errorlint // as godbus returns it
		s.t.Errorf("%s(%v) = %v, want %s", method, args, err, want)
	}
}

// next is the next signal of the item or its menu.
func (s *shower) next(name string) []any {
	s.t.Helper()
	signal := kit.Receive(s.t, name, s.signals)
	if signal.Name != name {
		s.t.Errorf("the signal is %s, want %s", signal.Name, name)
	}
	return signal.Body
}

func TestItemProperties(t *testing.T) {
	t.Parallel()
	s := start(t)
	var all map[string]dbus.Variant
	must.Do(t, s.call(itemPath, props+".GetAll", []any{itemIface}, &all))
	for name, want := range map[string]string{
		"Category": "ApplicationStatus", "Id": "Test", "Title": "Test", "Status": "Active", "IconName": "", "IconThemePath": "",
		"ItemIsMenu": "true", "Menu": "/StatusNotifierItem/menu", "ToolTip": "[ [] tip ]",
		"IconPixmap": "[[2 1 [64 16 32 48 64 16 32 48]]]", // straight colours, as panels expect them
	} {
		var one dbus.Variant
		must.Do(t, s.call(itemPath, props+".Get", []any{itemIface, name}, &one))
		if got, same := fmt.Sprint(one.Value()), fmt.Sprint(all[name].Value()); got != want || same != want {
			t.Errorf("%s is %s and among all %s, want %s", name, got, same, want)
		}
	}
	if len(all) != 10 {
		t.Errorf("there are %d properties: %v", len(all), all)
	}
	all = nil
	must.Do(t, s.call(menuPath, props+".GetAll", []any{menuIface}, &all))
	if len(all) != 4 || all["Version"].Value() != uint32(3) || all["Status"].Value() != "normal" {
		t.Errorf("the menu's properties are %v", all)
	}
	for path, iface := range map[dbus.ObjectPath]string{itemPath: itemIface, menuPath: menuIface} {
		s.fails(path, "UnknownProperty", props+".Get", iface, "Nothing")
		s.fails(path, "UnknownInterface", props+".Get", "no.such", "Status")
		s.fails(path, "UnknownInterface", props+".GetAll", "no.such")
		s.fails(path, "PropertyReadOnly", props+".Set", iface, "Status", dbus.MakeVariant("Passive"))
		s.fails(path, "UnknownProperty", props+".Set", iface, "Nothing", dbus.MakeVariant(""))
	}
}

// TestItemChanges: a new picture or tooltip is told of in both ways, the same one not.
func TestItemChanges(t *testing.T) {
	s := start(t)
	again := picture(color.NRGBA{0x10, 0x20, 0x30, 0x40})
	s.SetIcon(again)
	s.SetTooltip("tip")
	s.SetRows(shown())
	s.SetIcon(picture(color.NRGBA{1, 2, 3, 4}))
	for _, name := range []string{"IconPixmap", "ToolTip"} {
		body := s.next(props + ".PropertiesChanged")
		changed := body[1].(map[string]dbus.Variant)
		if _, ok := changed[name]; body[0] != itemIface || len(changed) != 1 || !ok {
			t.Errorf("the change is %v, want one of %s", body, name)
		}
		if name == "IconPixmap" {
			s.next(itemIface + ".NewIcon")
			s.SetTooltip("another")
		} else {
			s.next(itemIface + ".NewToolTip")
		}
	}
	var tip dbus.Variant
	must.Do(t, s.call(itemPath, props+".Get", []any{itemIface, "ToolTip"}, &tip))
	if got, want := fmt.Sprint(tip.Value()), "[ [] another ]"; got != want {
		t.Errorf("the tooltip is %s, want %s", got, want)
	}
}

// TestClicks: what happens to the item is told one after the other.
func TestClicks(t *testing.T) {
	t.Parallel()
	s := start(t)
	expect := func(want any) {
		t.Helper()
		if got := kit.Receive(t, "an event", s.happens); got != want {
			t.Errorf("told of %v, want %v", got, want)
		}
	}
	for _, method := range []string{"Activate", "SecondaryActivate", "ContextMenu"} {
		must.Do(t, s.call(itemPath, itemIface+"."+method, []any{int32(1), int32(2)}))
		expect("activated")
	}
	must.Do(t, s.call(itemPath, itemIface+".Scroll", []any{int32(1), "vertical"}))
	none := dbus.MakeVariant(int32(0))
	event := func(id int32, name string) []any { return []any{id, name, none, uint32(0)} }
	must.Do(t, s.call(menuPath, menuIface+".Event", event(line, "clicked")))   // a separator, which does nothing
	must.Do(t, s.call(menuPath, menuIface+".Event", event(hidden, "clicked"))) // on a menu that is no longer so
	must.Do(t, s.call(menuPath, menuIface+".Event", event(plain, "hovered")))
	must.Do(t, s.call(menuPath, menuIface+".Event", event(inside, "clicked")))
	expect(inside)
	must.Do(t, s.call(menuPath, menuIface+".Event", event(submenu, "opened"))) // not the menu itself
	must.Do(t, s.call(menuPath, menuIface+".Event", event(0, "opened")))
	expect("opened")
	must.Do(t, s.call(menuPath, menuIface+".Event", event(0, "closed")))
	for _, id := range []int32{-1, lines} {
		s.fails(menuPath, "InvalidArgs", menuIface+".Event", event(id, "clicked")...)
	}
	s.fails(menuPath, "InvalidArgs", menuIface+".Event", "clicked")

	type group struct {
		ID   int32
		Name string
		Data dbus.Variant
		Time uint32
	}
	var unknown []int32
	must.Do(t, s.call(menuPath, menuIface+".EventGroup", []any{[]group{{plain, "clicked", none, 0}, {99, "clicked", none, 0}, {check, "clicked", none, 0}}}, &unknown))
	expect(plain)
	expect(check)
	if len(unknown) != 1 || unknown[0] != 99 {
		t.Errorf("the unknown lines are %v, want 99", unknown)
	}
	s.fails(menuPath, "InvalidArgs", menuIface+".EventGroup", []group{{99, "clicked", none, 0}})
	if err := s.end(); err != nil {
		t.Errorf("Run = %v", err)
	}
	if len(s.happens) != 0 {
		t.Errorf("told of %v besides", <-s.happens)
	}
}

// TestAboutToShow: the first one of a panel is no opening, those of submenus are none
// either, and no panel has to read the menu again.
func TestAboutToShow(t *testing.T) {
	s := start(t)
	var update bool
	about := func(id int32) {
		t.Helper()
		must.Do(t, s.call(menuPath, menuIface+".AboutToShow", []any{id}, &update))
		if update {
			t.Errorf("AboutToShow(%d) asks for the menu to be read again", id)
		}
	}
	about(submenu)
	about(0)
	about(submenu)
	var updates, unknown []int32
	must.Do(t, s.call(menuPath, menuIface+".AboutToShowGroup", []any{[]int32{submenu, 99}}, &updates, &unknown))
	if len(updates) != 0 || len(unknown) != 1 || unknown[0] != 99 {
		t.Errorf("AboutToShowGroup = %v, %v, want nothing and 99", updates, unknown)
	}
	s.fails(menuPath, "InvalidArgs", menuIface+".AboutToShow", int32(99))
	s.fails(menuPath, "InvalidArgs", menuIface+".AboutToShowGroup", []int32{99})
	if len(s.happens) != 0 {
		t.Errorf("told of %v before the menu was opened", <-s.happens)
	}
	about(0)
	if got := kit.Receive(t, "the opening", s.happens); got != "opened" {
		t.Errorf("told of %v", got)
	}
	must.Do(t, s.call(menuPath, menuIface+".AboutToShowGroup", []any{[]int32{0}}, &updates, &unknown))
	if got := kit.Receive(t, "the opening", s.happens); got != "opened" {
		t.Errorf("told of %v", got)
	}
}

// TestPanelsAreForgotten: a panel that many came after is as one that comes.
func TestPanelsAreForgotten(t *testing.T) {
	t.Parallel()
	s := start(t)
	about := func(conn *dbus.Conn) {
		t.Helper()
		must.Do(t, conn.Object(s.name, menuPath).Call(menuIface+".AboutToShow", 0, int32(0)).Err)
	}
	about(s.conn)
	for range 16 {
		about(kit.Connect(t, s.address))
	}
	about(s.conn)
	if len(s.happens) != 0 {
		t.Errorf("told of %v by a panel that is forgotten", <-s.happens)
	}
	about(s.conn)
	if got := kit.Receive(t, "the opening", s.happens); got != "opened" {
		t.Errorf("told of %v", got)
	}
}
