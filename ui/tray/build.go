package tray

import (
	"context"
	"time"

	"fyne.io/systray"
)

// build makes every row once; from then on rows are changed in place and
// hidden, never removed: panels close an open menu whose structure changes.
//
// A single home's rows and the program's are one menu. Several homes have a
// submenu each.
func (t *tray) build(ctx context.Context) {
	if len(t.homes) == 1 {
		t.add(ctx, nil, func(id RowID) (*home, *rowItems, bool) {
			h := t.homes[0]
			if id.shared() {
				return h, &t.items, true
			}
			return h, &h.items, true
		})
	} else {
		for _, h := range t.homes {
			h.title = systray.AddMenuItem(h.Name, "")
			t.add(ctx, h.title, func(id RowID) (*home, *rowItems, bool) { return h, &h.items, !id.shared() })
		}
		systray.AddSeparator()
		t.add(ctx, nil, func(id RowID) (*home, *rowItems, bool) { return t.homes[0], &t.items, id.shared() })
	}
	t.work.Go(func() { t.watchOpening(ctx) })
	t.work.Go(func() { watchPanelColour(ctx, "", t.opts.Desktop, t.panelIs) })
	t.show(t.states(), time.Now())
}

// add makes those rows that pick says belong into a menu: whose they are, and
// where they are kept.
func (t *tray) add(ctx context.Context, menu *systray.MenuItem, pick func(RowID) (*home, *rowItems, bool)) {
	var added []*systray.MenuItem
	for id := range rows {
		h, items, ok := pick(id)
		if !ok {
			continue
		}
		into := menu
		if parent, ok := id.below(); ok {
			into = items[parent]
		}
		if len(added) > 0 && id.lined(menu != nil) {
			addSeparator(into)
		}
		item := addItem(into, id.checkable())
		items[id] = item
		added = append(added, item)
		t.work.Go(func() { t.listen(ctx, h, id, item.ClickedCh) })
	}
	for _, item := range added { // not before: on Windows only what is shown gets a submenu
		item.Disable()
		item.Hide()
	}
}

// addItem makes a row in a submenu, or in the menu itself when there is none.
func addItem(menu *systray.MenuItem, checkable bool) *systray.MenuItem {
	switch {
	case menu == nil && checkable:
		return systray.AddMenuItemCheckbox("", "", false)
	case menu == nil:
		return systray.AddMenuItem("", "")
	case checkable:
		return menu.AddSubMenuItemCheckbox("", "", false)
	}
	return menu.AddSubMenuItem("", "")
}

func addSeparator(menu *systray.MenuItem) {
	if menu == nil {
		systray.AddSeparator()
		return
	}
	menu.AddSeparator()
}

// listen turns the clicks on one row into actions until ctx ends. A closed
// channel is no click.
func (t *tray) listen(ctx context.Context, h *home, id RowID, clicks <-chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case _, ok := <-clicks:
			if !ok {
				return
			}
			t.click(ctx, h, id)
		}
	}
}
