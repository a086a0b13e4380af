//go:build linux

package desktop

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit/must"
)

// Menu is the content of a menu from top to bottom.
type Menu []MenuItem

// MenuItem is one line of a menu.
type MenuItem struct {
	ID        int32
	Label     string
	Key       rune // the access key, 0 for none
	Separator bool
	Enabled   bool
	Visible   bool
	Checked   bool
	Children  Menu
}

// Find returns the first visible line whose label begins with the text, at
// any depth.
func (m Menu) Find(text string) (MenuItem, bool) {
	for _, item := range m {
		if !item.Visible {
			continue
		}
		if !item.Separator && strings.HasPrefix(item.Label, text) {
			return item, true
		}
		if found, ok := item.Children.Find(text); ok {
			return found, true
		}
	}
	return MenuItem{}, false
}

// String is the menu as text: a line for each item that is visible.
func (m Menu) String() string {
	var lines strings.Builder
	m.write(&lines, "")
	return lines.String()
}

func (m Menu) write(lines *strings.Builder, indent string) {
	for _, item := range m {
		if !item.Visible {
			continue
		}
		mark, label := " ", item.Label
		if item.Checked {
			mark = "✓"
		}
		if item.Separator {
			label = "---"
		}
		if !item.Enabled {
			label = "(" + label + ")"
		}
		fmt.Fprintf(lines, "%s%s %s\n", indent, mark, label)
		item.Children.write(lines, indent+"  ")
	}
}

// Menu is the icon's menu as it is now.
func (i *Item) Menu(t testing.TB) Menu {
	t.Helper()
	menu := must.Get(i.layout())(t)
	return menu
}

// WaitMenu waits until the condition holds for the menu, and returns it.
func (i *Item) WaitMenu(t testing.TB, what string, ok func(Menu) bool) Menu {
	t.Helper()
	var menu Menu
	i.wait(t, "a menu with "+what, func() bool {
		now, err := i.layout()
		if err != nil {
			return false
		}
		menu = now
		return ok(menu)
	})
	return menu
}

// Click clicks on the first line whose label begins with the text, as soon as
// there is one that is enabled.
func (i *Item) Click(t testing.TB, text string) {
	t.Helper()
	var target MenuItem
	i.WaitMenu(t, "an enabled line "+text, func(m Menu) (ok bool) {
		target, ok = m.Find(text)
		return ok && target.Enabled
	})
	err := i.menu.Call(menuInterface+".Event", 0, target.ID, "clicked", dbus.MakeVariant(int32(0)), uint32(0)).Err
	if err != nil {
		t.Fatalf("click on %q: %v", target.Label, err)
	}
}

// layout asks for the whole menu (com.canonical.dbusmenu.GetLayout).
func (i *Item) layout() (Menu, error) {
	var revision uint32
	var root node
	err := i.menu.Call(menuInterface+".GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root)
	if err != nil {
		return nil, err
	}
	return root.children()
}

// node is a menu item on the bus: (ia{sv}av).
type node struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

func (n node) children() (Menu, error) {
	var menu Menu
	for _, child := range n.Children {
		var c node
		if err := dbus.Store([]any{child.Value()}, &c); err != nil {
			return nil, fmt.Errorf("menu item: %w", err)
		}
		item, err := c.item()
		if err != nil {
			return nil, err
		}
		menu = append(menu, item)
	}
	return menu, nil
}

// item reads the properties; what is not said has the default of the
// specification.
func (n node) item() (MenuItem, error) {
	item := MenuItem{ID: n.ID, Enabled: true, Visible: true}
	if label, ok := n.Properties["label"].Value().(string); ok {
		// An underscore marks the access key, two of them are one.
		item.Label = strings.NewReplacer("__", "_", "_", "").Replace(label)
		if _, after, ok := strings.Cut(strings.ReplaceAll(label, "__", ""), "_"); ok {
			key, _ := utf8.DecodeRuneInString(after)
			item.Key = unicode.ToLower(key)
		}
	}
	if enabled, ok := n.Properties["enabled"].Value().(bool); ok {
		item.Enabled = enabled
	}
	if visible, ok := n.Properties["visible"].Value().(bool); ok {
		item.Visible = visible
	}
	kind, _ := n.Properties["type"].Value().(string)
	item.Separator = kind == "separator"
	state, _ := n.Properties["toggle-state"].Value().(int32)
	item.Checked = state == 1
	var err error
	item.Children, err = n.children()
	return item, err
}
