package window

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// tab is a button with a line under it while its page is on show.
type tab struct {
	*button
	line *canvas.Rectangle
	page fyne.CanvasObject
}

// tabs show one of several pages. Fyne's own cannot be reached by keyboard:
// https://github.com/fyne-io/fyne/issues/3858, open as of v2.8.1.
type tabs struct {
	list    []tab
	changed func() // another page is on show
	root    fyne.CanvasObject
}

func newTabs(changed func()) *tabs { return &tabs{changed: changed} }

// add adds a page. Call build when all are there.
func (t *tabs) add(p page, label string, content fyne.CanvasObject) {
	i := len(t.list)
	b := newButton(p, label, func() {
		t.choose(i)
		t.changed()
	})
	b.Importance = widget.LowImportance
	line := canvas.NewRectangle(color.Transparent)
	line.SetMinSize(fyne.NewSize(0, 2))
	t.list = append(t.list, tab{b, line, content})
}

// build lays the pages out and shows the first.
func (t *tabs) build() *tabs {
	heads := container.NewHBox()
	pages := container.New(column{})
	for _, tab := range t.list {
		heads.Add(container.NewBorder(nil, tab.line, nil, nil, tab.button))
		pages.Add(tab.page)
	}
	t.root = container.New(column{theme.Padding()},
		container.NewStack(container.NewBorder(nil, widget.NewSeparator(), nil, nil), heads), pages)
	t.choose(0)
	return t
}

// choose shows the page with that number.
func (t *tabs) choose(chosen int) {
	for i, tab := range t.list {
		setVisible(tab.page, i == chosen)
	}
	t.render()
}

// render takes the theme's colours.
func (t *tabs) render() {
	for _, tab := range t.list {
		tab.line.FillColor = color.Transparent
		if tab.page.Visible() {
			tab.line.FillColor = theme.Color(theme.ColorNamePrimary)
		}
		tab.line.Refresh()
	}
}
