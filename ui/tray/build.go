package tray

import (
	"context"
	"time"

	"fyne.io/systray"
)

// build makes every row once; from then on rows are changed in place and
// hidden, never removed: panels close an open menu whose structure changes.
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
	t.work.Go(func() { watchAboutToShow(ctx, "", func() { t.opened(ctx) }) })
	for _, h := range t.homes {
		t.work.Go(func() { t.followUsage(ctx, h) })
		t.work.Go(func() { t.followLoans(ctx, h) })
	}
	t.work.Go(func() { watchPanelColour(ctx, "", t.opts.Desktop, t.opts.DarkColours, t.panelIs) })
	t.show(t.states(), time.Now())
}

// add makes a part's rows: in a submenu, or in the menu itself when there is
// none. Their clicks are h's, the first home's for those of the program.
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
