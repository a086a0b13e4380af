package window

import (
	"image"
	"image/color"
	"reflect"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"rekey/ui/words"
	"rekey/usage"
)

// usagePart are the widgets for how much of the plan is used: a bar for each
// window with a mark for the time gone, what there is to add, and a plot.
type usagePart struct {
	words words.Words
	shown UsageView
	dark  bool // the colours that it was drawn in
	root  *fyne.Container
}

func newUsagePart(w words.Words) *usagePart {
	f := &usagePart{words: w, root: container.New(column{theme.Padding()})}
	f.root.Hide()
	return f
}

// show fills in v.
func (f *usagePart) show(v UsageView, now time.Time) {
	dark := darkBackground()
	if reflect.DeepEqual(v, f.shown) && dark == f.dark {
		return
	}
	f.shown, f.dark = v, dark
	f.root.Objects = nil
	if len(v.Rows)+len(v.Notes) > 0 {
		f.root.Add(newName(f.words.Say("window.usage"), true))
	}
	for _, row := range v.Rows {
		f.root.Add(usageRow(row))
	}
	if v.Plotted != "" {
		f.root.Add(container.New(column{}, newName(v.Plotted, false), inset(newPlot(v.Plot, now))))
	}
	notes := container.New(tight())
	for _, note := range v.Notes {
		notes.Add(quiet(note))
	}
	f.root.Add(notes)
	f.root.Refresh()
}

// usageRow is a window's name and figures, its bar, and its pace.
func usageRow(row UsageRow) fyne.CanvasObject {
	name, line := newLabel(), newLabel()
	name.SetText(row.Name)
	name.TextStyle.Bold = true
	line.SetText(row.Line)
	parts := container.New(tight(), name, line)
	box := container.New(column{}, parts, inset(newBar(row)))
	if row.Pace != "" {
		box.Add(quiet(row.Pace))
	}
	return box
}

// quiet is a line in a quiet colour.
func quiet(text string) fyne.CanvasObject {
	l := newLabel()
	l.Importance = widget.LowImportance
	l.SetText(text)
	return l
}

// inset has the room beside o that texts have.
func inset(o fyne.CanvasObject) fyne.CanvasObject {
	room := theme.InnerPadding()
	return container.New(layout.NewCustomPaddedLayout(0, 0, room, room), o)
}

// Sizes of the drawings, in Fyne's units.
const (
	barHeight  = 8
	markHeight = 14
	plotHeight = 56
)

// newBar is a window's bar: how full it is, and a mark where its time stands.
func newBar(row UsageRow) fyne.CanvasObject {
	colour := theme.Color(theme.ColorNamePrimary)
	if row.Full {
		colour = theme.Color(theme.ColorNameError)
	}
	track := canvas.NewRectangle(mix(theme.Color(theme.ColorNameForeground), theme.Color(theme.ColorNameBackground), 0.14))
	fill := canvas.NewRectangle(colour)
	mark := canvas.NewRectangle(theme.Color(theme.ColorNameForeground))
	track.CornerRadius, fill.CornerRadius = barHeight/2, barHeight/2
	if row.Used <= 0 {
		fill.Hide()
	}
	if row.Gone < 0 {
		mark.Hide()
	}
	return container.New(bar{row.Used, row.Gone}, track, fill, mark)
}

// bar lays out a track, what is used of it, and the mark.
type bar struct{ used, gone float64 }

// Layout implements fyne.Layout.
func (b bar) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	top := (size.Height - barHeight) / 2
	objects[0].Move(fyne.NewPos(0, top))
	objects[0].Resize(fyne.NewSize(size.Width, barHeight))
	objects[1].Move(fyne.NewPos(0, top))
	objects[1].Resize(fyne.NewSize(max(barHeight, size.Width*float32(max(b.used, 0))), barHeight))
	objects[2].Move(fyne.NewPos((size.Width-2)*float32(max(b.gone, 0)), (size.Height-markHeight)/2))
	objects[2].Resize(fyne.NewSize(2, markHeight))
}

// MinSize implements fyne.Layout.
func (bar) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(80, markHeight) }

// newPlot draws how full a window was in the last seven days, from 0 to 100 %.
func newPlot(points []usage.Point, now time.Time) fyne.CanvasObject {
	ink := theme.Color(theme.ColorNamePrimary)
	area := mix(ink, theme.Color(theme.ColorNameBackground), 0.25)
	ground := mix(theme.Color(theme.ColorNameForeground), theme.Color(theme.ColorNameBackground), 0.05)
	raster := canvas.NewRaster(func(width, height int) image.Image {
		return plot(points, now, width, height, [3]color.Color{ground, area, ink})
	})
	raster.SetMinSize(fyne.NewSize(80, plotHeight))
	return raster
}

// plot is the picture: the ground, the area below the line, and the line.
func plot(points []usage.Point, now time.Time, width, height int, colours [3]color.Color) image.Image {
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	thick, next, percent := max(1, height/plotHeight), 0, -1.0
	for x := range width {
		at := now.Add(-plotted + time.Duration(float64(plotted)*float64(x+1)/float64(width)))
		for next < len(points) && !points[next].At.After(at) {
			percent = points[next].UsedPercent
			next++
		}
		top := height
		if percent >= 0 {
			top = height - thick - int(min(percent, 100)/100*float64(height-thick))
		}
		for y := range height {
			colour := colours[0]
			switch {
			case y >= top+thick:
				colour = colours[1]
			case y >= top:
				colour = colours[2]
			}
			picture.Set(x, y, colour)
		}
	}
	return picture
}
