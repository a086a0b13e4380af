package tray

import (
	"context"

	"rekey/assets"
	"rekey/ui/tray/item"
)

// line is what a line of the item's menu stands for.
type line struct {
	home int   // whose it is: the first home's, if it is the program's
	id   RowID // rowTitle or rowNone, if it is none of the rows
}

// Lines that are no rows.
const (
	rowNone  RowID = -1 - iota // a separator, and the menu itself
	rowTitle                   // opens the submenu of a home
)

// config lays out the menu. Every line is there from the start; later, rows are only
// changed and hidden.
func (t *tray) config(ctx context.Context) item.Config {
	menu := []item.Line{{}}
	t.lines = []line{{id: rowNone}}
	place := func(what line, at item.Line) (number int) {
		t.lines, menu = append(t.lines, what), append(menu, at)
		return len(menu) - 1
	}
	// add lays out a part's rows, in a submenu or the menu itself.
	add := func(p part, below, home int) {
		var numbers [rows]int
		for id := range rows {
			if !p.has(id) {
				continue
			}
			at := item.Line{Below: below}
			if parent, ok := id.below(); ok {
				at.Below = numbers[parent]
			}
			if p.lined(id) {
				place(line{home, rowNone}, item.Line{Below: at.Below, Kind: item.Separator})
			}
			if id.checkable() {
				at.Kind = item.Switch
			}
			numbers[id] = place(line{home, id}, at)
		}
	}
	if len(t.homes) == 1 {
		add(everything, 0, 0)
	} else {
		for i := range t.homes {
			add(ofHome, place(line{i, rowTitle}, item.Line{}), i)
		}
		add(ofProgram, 0, 0)
	}
	return item.Config{
		Title: "Rekey", Lines: menu, Bus: t.opts.Bus, Log: t.opts.Log,
		Clicked:   func(n int) { t.click(ctx, t.homes[t.lines[n].home], t.lines[n].id) },
		Opened:    func() { t.opened(ctx) },
		Activated: func() { t.openWorst(ctx) },
	}
}

// row is what a line shows of a model.
func (l line) row(m MenuModel) Row {
	switch {
	case l.id == rowNone:
		return Row{}
	case l.id == rowTitle:
		return Row{Label: m.Homes[l.home].Title, Enabled: true}
	case l.id.shared():
		return m.Rows[l.id]
	}
	return m.Homes[l.home].Rows[l.id]
}

// render shows a model on a kind of panel. The item leaves alone what is the same.
func (t *tray) render(model MenuModel, panel assets.Panel) {
	if icon, err := t.icons.Icon(model.Icon, panel, item.IconSize); err != nil {
		t.opts.Log.Error("No icon for this state", "error", err)
	} else {
		t.item.SetIcon(icon)
	}
	t.item.SetTooltip(model.Tooltip)
	shown := make([]Row, len(t.lines))
	for n, l := range t.lines {
		shown[n] = l.row(model)
	}
	t.item.SetRows(shown)
}
