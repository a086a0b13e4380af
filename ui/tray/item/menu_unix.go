//go:build linux || freebsd || openbsd || netbsd

package item

import (
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
)

// The menu on the bus, from com.canonical.dbusmenu's own description.
const (
	menuPath  = itemPath + "/menu"
	menuIface = "com.canonical.dbusmenu"
)

// menu is what the item's menu shows. Everything in it is guarded
// by Item.mu.
type menu struct {
	lines []Line
	below [][]int // the lines below each, 0 is the menu itself
	rows  []row
	known []dbus.Sender // the panels that have once said that they are about to show it, the newest last
}

// row is a Row that keeps its label while it is hidden.
type row struct {
	Row
	visible bool
}

// node is a line and what is below it as GetLayout returns them: (ia{sv}av).
type node struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

// changes are the new values of a line's properties: (ia{sv}).
type changes struct {
	ID         int32
	Properties map[string]dbus.Variant
}

// removals are properties that a line no longer has: (ias). There are never any.
type removals struct {
	ID    int32
	Names []string
}

func newMenu(lines []Line) menu {
	m := menu{lines: lines, below: make([][]int, len(lines)), rows: make([]row, len(lines))}
	for n, line := range lines {
		if n > 0 {
			m.below[line.Below] = append(m.below[line.Below], n)
		}
	}
	return m
}

// mostPanels is how many panels are known. More than a few at a time there never are,
// but each that is restarted is another.
const mostPanels = 16

// meet reports whether a panel is known, and knows it from now on.
func (m *menu) meet(panel dbus.Sender) (known bool) {
	if slices.Contains(m.known, panel) {
		return true
	}
	m.known = append(m.known, panel)
	m.known = m.known[max(0, len(m.known)-mostPanels):]
	return false
}

// has reports whether there is a line with an id, or it is the menu's own.
func (m *menu) has(id int32) bool { return id >= 0 && int(id) < len(m.rows) }

// properties are those of a line that have these names, or all if there are no names.
// What is not said has the specification's default.
func (m *menu) properties(n int, names []string) map[string]dbus.Variant {
	all := map[string]dbus.Variant{}
	if len(m.below[n]) > 0 {
		all["children-display"] = dbus.MakeVariant("submenu")
	}
	if r := m.rows[n]; n > 0 && m.lines[n].Kind == Separator {
		all["type"] = dbus.MakeVariant("separator")
	} else if n > 0 {
		all["label"] = dbus.MakeVariant(marked(r.Label, r.Key))
		all["enabled"], all["visible"] = dbus.MakeVariant(r.Enabled), dbus.MakeVariant(r.visible)
		if m.lines[n].Kind == Switch {
			all["toggle-type"], all["toggle-state"] = dbus.MakeVariant("checkmark"), dbus.MakeVariant(int32(0))
			if r.Checked {
				all["toggle-state"] = dbus.MakeVariant(int32(1))
			}
		}
	}
	for name := range all {
		if len(names) > 0 && !slices.Contains(names, name) {
			delete(all, name)
		}
	}
	return all
}

// marked is a label with a single underscore before its access key. Two are one of the
// label's own.
func marked(label string, key rune) string {
	for _, l := range letters(label) {
		if l.key == key {
			return label[:l.at] + "_" + label[l.at:]
		}
	}
	return strings.ReplaceAll(label, "_", "__")
}

// layout is a line with what is below it, to a depth; a negative one means all.
func (m *menu) layout(n int, depth int32, names []string) node {
	out := node{int32(n), m.properties(n, names), []dbus.Variant{}} //nolint:gosec // the number of a line
	if depth == 0 {
		return out
	}
	for _, child := range m.below[n] {
		out.Children = append(out.Children, dbus.MakeVariant(m.layout(child, depth-1, names)))
	}
	return out
}

// group are the properties of several lines, or of all if there are no ids.
func (m *menu) group(ids []int32, names []string) []changes {
	out := []changes{}
	for n := range m.rows {
		if id := int32(n); len(ids) == 0 { //nolint:gosec // the number of a line
			out = append(out, changes{id, m.properties(n, names)})
		}
	}
	for _, id := range ids {
		if m.has(id) {
			out = append(out, changes{id, m.properties(int(id), names)})
		}
	}
	return out
}

// set changes rows, and returns what has changed of their properties.
func (m *menu) set(rows []Row) (changed []changes) {
	for n, now := range rows {
		now.Label = clean(now.Label)
		was, next := m.rows[n], row{now, now.Label != ""}
		if !next.visible {
			next.Label, next.Key = was.Label, was.Key // it goes as it is
		}
		if n == 0 || next == was || m.lines[n].Kind == Separator {
			continue
		}
		before := m.properties(n, nil)
		m.rows[n] = next
		after := m.properties(n, nil)
		for name, value := range after {
			if value == before[name] {
				delete(after, name)
			}
		}
		if len(after) > 0 {
			changed = append(changed, changes{int32(n), after}) //nolint:gosec // the number of a line
		}
	}
	return changed
}

// SetRows shows rows, one for each line; the first is not used. What differs from
// before goes to the panels in one signal. The lines stay, so there is none that the
// layout has changed, for which some panels close an open menu.
func (i *Item) SetRows(rows []Row) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if changed := i.menu.set(rows); len(changed) > 0 {
		i.emit(menuPath, menuIface+".ItemsPropertiesUpdated", changed, []removals{})
	}
}
