package tray

import (
	"fyne.io/systray"

	"rekey/assets"
	"rekey/auth"
)

// render changes on the panel what differs from model. Every change sends the
// panel a signal, so it makes no unnecessary ones.
func (t *tray) render(model MenuModel, panel assets.Panel) {
	if model.Icon != t.shown.Icon || panel != t.shownPanel {
		t.renderIcon(model.Icon, panel)
	}
	if model.Tooltip != t.shown.Tooltip {
		systray.SetTooltip(fit(model.Tooltip))
	}
	for i, h := range t.homes {
		var was HomeModel
		if len(t.shown.Homes) > i {
			was = t.shown.Homes[i]
		}
		if now := model.Homes[i]; now != was {
			if h.title != nil && now.Title != was.Title {
				h.title.SetTitle(escape(now.Title))
			}
			renderRows(&h.items, was.Rows, now.Rows)
		}
	}
	renderRows(&t.items, t.shown.Rows, model.Rows)
	t.shown, t.shownPanel = model, panel
}

func (t *tray) renderIcon(status auth.Status, panel assets.Panel) {
	png, err := t.icons.Icon(status, panel, iconSize)
	if err != nil {
		t.opts.Log.Error("No icon for this state", "error", err)
		return
	}
	// On D-Bus, systray panics when its connection has ended, which Run is about
	// to notice too. A desktop that goes away must not take the agent along. (Seen
	// with systray v1.12.3; not reported upstream as far as we know.)
	defer func() {
		if gone := recover(); gone != nil {
			t.opts.Log.Warn("Cannot give the panel an icon", "error", gone)
		}
	}()
	systray.SetIcon(iconFile(png))
}

// renderRows changes was to now. A submenu is filled before its row appears.
func renderRows(items *rowItems, was, now Rows) {
	for id := range rows {
		if _, child := id.below(); child && now[id] != was[id] {
			renderRow(items[id], was[id], now[id])
		}
	}
	for id := range rows {
		if _, child := id.below(); !child && now[id] != was[id] {
			renderRow(items[id], was[id], now[id])
		}
	}
}

// renderRow changes was to row. The label is set first, so that a row is
// complete when it appears.
func renderRow(item *systray.MenuItem, was, row Row) {
	if row.Label != was.Label && row.Label != "" {
		item.SetTitle(escape(row.Label))
	}
	if row.Checked != was.Checked {
		if row.Checked {
			item.Check()
		} else {
			item.Uncheck()
		}
	}
	if row.Enabled != was.Enabled {
		if row.Enabled {
			item.Enable()
		} else {
			item.Disable()
		}
	}
	switch {
	case row.Label != "" && was.Label == "":
		item.Show()
	case row.Label == "" && was.Label != "":
		item.Hide()
	}
}
