//go:build linux || freebsd || openbsd || netbsd

package item_test

import (
	"fmt"
	"image/color"
	"testing"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit"
	"rekey/test/kit/must"
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

func TestItemProperties(t *testing.T) {
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
