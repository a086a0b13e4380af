//go:build linux || freebsd || openbsd || netbsd

package tray_test

import (
	"fmt"
	"strings"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/tray"
)

// entry is one row as the panel sees it.
type entry struct {
	id      int32
	label   string
	enabled bool
	checked bool
}

// rows reads the menu and returns what is visible, separators left out.
//
// It asks for the properties of all ids there can be, which are in the menu's order.
func (p *panel) rows() []entry {
	p.t.Helper()
	ids := make([]int32, 256)
	for i := range ids {
		ids[i] = int32(i + 1)
	}
	var items []struct {
		ID    int32
		Props map[string]dbus.Variant
	}
	must.Do(p.t, p.menu("GetGroupProperties", ids, []string{}).Store(&items))
	var out []entry
	for _, item := range items {
		visible, told := item.Props["visible"].Value().(bool)
		if kind, _ := item.Props["type"].Value().(string); kind == "separator" || (told && !visible) {
			continue
		}
		e := entry{id: item.ID}
		label, _ := item.Props["label"].Value().(string)
		e.label = strings.NewReplacer("__", "_", "_", "").Replace(label) // as panels show it
		e.enabled, _ = item.Props["enabled"].Value().(bool)
		state, _ := item.Props["toggle-state"].Value().(int32)
		e.checked = state == 1
		out = append(out, e)
	}
	return out
}

// layout is the order of the menu's ids.
func (p *panel) layout() []int32 {
	p.t.Helper()
	var revision uint32
	var root struct {
		ID       int32
		Props    map[string]dbus.Variant
		Children []dbus.Variant
	}
	must.Do(p.t, p.menu("GetLayout", int32(0), int32(-1), []string{}).Store(&revision, &root))
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
	kit.Eventually(p.t, "a row "+label, func() (ok bool) {
		found, ok = p.row(label)
		return ok
	})
	return found
}

// gone waits until no row has that label.
func (p *panel) gone(label string) {
	p.t.Helper()
	kit.Eventually(p.t, "the end of "+label, func() bool {
		_, there := p.row(label)
		return !there
	})
}

// click clicks the row of that label.
func (p *panel) click(label string) {
	p.t.Helper()
	e := p.await(label)
	must.Do(p.t, p.menu("Event", e.id, "clicked", dbus.MakeVariant(int32(0)), uint32(0)).Err)
}

// clickBelow clicks the first row of that label below the row that begins with
// title, as soon as there is one: the one in its submenu.
func (p *panel) clickBelow(title, label string) {
	p.t.Helper()
	var found entry
	kit.Eventually(p.t, fmt.Sprintf("a row %q below %q", label, title), func() bool {
		below := false
		for _, e := range p.rows() {
			below = below || strings.HasPrefix(e.label, title)
			if below && e.label == label {
				found = e
				return true
			}
		}
		return false
	})
	must.Do(p.t, p.menu("Event", found.id, "clicked", dbus.MakeVariant(int32(0)), uint32(0)).Err)
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

// labels are a model's visible rows' texts.
func labels(m tray.MenuModel) []string {
	var out []string
	for _, row := range merged(m) {
		if row.Label != "" {
			out = append(out, row.Label)
		}
	}
	return out
}
