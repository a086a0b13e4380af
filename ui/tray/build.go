package tray

import (
	"context"
	"time"

	"fyne.io/systray"
)

// build creates every row once. Later rows are only changed in place and
// hidden, because panels close an open menu whose structure changes.
func (t *tray) build(ctx context.Context) {
	first := t.homes[0]
	if len(t.homes) == 1 {
		t.add(ctx, everything, nil, first)
	} else {
		for _, h := range t.homes {
			h.title = systray.AddMenuItem(escape(h.Name), "")
			t.add(ctx, ofHome, h.title, h)
		}
		t.add(ctx, ofProgram, nil, first)
	}
	t.work.Go(func() { t.watchOpening(ctx) })
	t.work.Go(func() { watchMenu(ctx, "", func() { t.opened(ctx) }, t.closed) })
	for _, h := range t.homes {
		t.work.Go(func() { t.followUsage(ctx, h) })
		t.work.Go(func() { t.followLoans(ctx, h) })
	}
	t.work.Go(func() { watchPanelColour(ctx, "", t.opts.Desktop, t.opts.DarkColours, t.panelIs) })
	t.show(t.states(), time.Now())
}

// add creates a part's rows, in a submenu or, if menu is nil, in the menu
// itself. Their clicks are for h, which is the first home for the program's
// rows.
func (t *tray) add(ctx context.Context, p part, menu *systray.MenuItem, h *home) {
	var added []*systray.MenuItem
	for id := range rows {
		if !p.has(id) {
			continue
		}
		items, into := &h.items, menu
		if id.shared() {
			items = &t.items
		}
		if parent, ok := id.below(); ok {
			into = items[parent]
		}
		if p.lined(id) {
			addSeparator(into)
		}
		item := addItem(into, id.checkable())
		items[id] = item
		added = append(added, item)
		t.work.Go(func() { t.listen(ctx, h, id, item.ClickedCh) })
	}
	for _, item := range added { // not before: on Windows only visible rows get a submenu
		item.Disable()
		item.Hide()
	}
}

// addItem creates a row in a submenu or, if menu is nil, in the menu itself.
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

// listen handles the clicks on one row until ctx is done. A closed channel is
// not a click.
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
