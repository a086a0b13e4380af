package tray

import (
	"time"

	"fyne.io/systray"

	"rekey/auth"
)

// show puts s on the panel.
func (t *tray) show(s auth.State, now time.Time) {
	can := Abilities{OpenWindow: t.opts.OpenWindow != nil, OpenFolder: t.opts.OpenFolder != nil}
	model := Menu(t.opts.Words, s, now, can)

	t.mu.Lock()
	if s.Status != t.state.Status {
		t.note = ""
	}
	t.state, t.main = s, model.Main
	dark := t.dark
	model = model.WithNote(t.note)
	t.mu.Unlock()

	t.render(model, dark)
}

// render changes what differs between model and what the panel shows. Every
// change is a signal to the panel, so there is none without need.
func (t *tray) render(model MenuModel, dark bool) {
	if model.Icon != t.shown.Icon || dark != t.shownDark {
		t.renderIcon(model.Icon, dark)
	}
	if model.Tooltip != t.shown.Tooltip {
		systray.SetTooltip(model.Tooltip)
	}
	for id, row := range model.Rows {
		if row != t.shown.Rows[id] {
			renderRow(t.items[id], t.shown.Rows[id], row)
		}
	}
	t.shown, t.shownDark = model, dark
}

func (t *tray) renderIcon(status auth.Status, dark bool) {
	png, err := t.icons.Icon(status, dark, iconSize)
	if err != nil {
		t.opts.Log.Error("No icon for this state", "error", err)
		return
	}
	// On D-Bus, systray panics when its connection has ended, which Run is about
	// to notice too. A desktop that goes away must not take the agent along.
	defer func() {
		if gone := recover(); gone != nil {
			t.opts.Log.Warn("The panel took no icon", "error", gone)
		}
	}()
	systray.SetIcon(iconFile(png))
}

// renderRow turns was into row. The label comes first, so that a row which
// appears does so complete.
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
