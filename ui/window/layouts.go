package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
)

// column stacks objects at full width. It sets each object's width before
// asking for its height, because wrapped text cannot know its height earlier.
type column struct {
	gap float32 // between two objects; negative to overlap their padding
}

// tight is a column in which texts follow each other as lines of a paragraph.
func tight() fyne.Layout { return column{-theme.InnerPadding() - theme.LineSpacing()} }

// Layout implements fyne.Layout.
func (l column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		high := heightFor(o, size.Width)
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, high))
		y += high + l.gap
	}
}

// MinSize implements fyne.Layout.
func (l column) MinSize(objects []fyne.CanvasObject) (least fyne.Size) {
	seen := false
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		size := o.MinSize()
		least.Width = max(least.Width, size.Width)
		least.Height += size.Height
		if seen {
			least.Height += l.gap
		}
		seen = true
	}
	return least
}

// heightFor is the height that o needs at this width.
func heightFor(o fyne.CanvasObject, width float32) float32 {
	if o.Size().Width != width {
		o.Resize(fyne.NewSize(width, o.MinSize().Height))
	}
	return o.MinSize().Height
}

// table lays objects out in rows of two, the second as wide as there is room.
type table struct {
	gap float32 // between two rows
}

// rows are the visible pairs of objects.
func (table) rows(objects []fyne.CanvasObject) (rows [][2]fyne.CanvasObject) {
	for i := 0; i+1 < len(objects); i += 2 {
		if objects[i].Visible() {
			rows = append(rows, [2]fyne.CanvasObject{objects[i], objects[i+1]})
		}
	}
	return rows
}

// Layout implements fyne.Layout.
func (l table) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	rows := l.rows(objects)
	first := float32(0)
	for _, row := range rows {
		first = max(first, row[0].MinSize().Width)
	}
	y := float32(0)
	for _, row := range rows {
		rest := max(0, size.Width-first)
		high := max(row[0].MinSize().Height, heightFor(row[1], rest))
		row[0].Move(fyne.NewPos(0, y))
		row[0].Resize(fyne.NewSize(first, row[0].MinSize().Height))
		row[1].Move(fyne.NewPos(first, y))
		row[1].Resize(fyne.NewSize(rest, high))
		y += high + l.gap
	}
}

// MinSize implements fyne.Layout.
func (l table) MinSize(objects []fyne.CanvasObject) (least fyne.Size) {
	var first, rest float32
	rows := l.rows(objects)
	for i, row := range rows {
		a, b := row[0].MinSize(), row[1].MinSize()
		first, rest = max(first, a.Width), max(rest, b.Width)
		least.Height += max(a.Height, b.Height)
		if i > 0 {
			least.Height += l.gap
		}
	}
	least.Width = first + rest
	return least
}

// padded is a layout with the same room on all sides.
func padded(room float32) fyne.Layout {
	return layout.NewCustomPaddedLayout(room, room, room, room)
}

// insetLeft is a layout with room on the left.
func insetLeft(room float32) fyne.Layout { return layout.NewCustomPaddedLayout(0, 0, room, 0) }

// side puts buttons side by side, with room for the ring around one.
func side(buttons ...fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedHBoxLayout(theme.InnerPadding()), buttons...)
}

// capped is a layout that limits the width of its one object and centres it.
type capped float32

// Layout implements fyne.Layout.
func (l capped) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := min(size.Width, float32(l))
	for _, o := range objects {
		o.Move(fyne.NewPos((size.Width-width)/2, 0))
		o.Resize(fyne.NewSize(width, size.Height))
	}
}

// MinSize implements fyne.Layout.
func (l capped) MinSize(objects []fyne.CanvasObject) (least fyne.Size) {
	for _, o := range objects {
		least = least.Max(o.MinSize())
	}
	return least
}
