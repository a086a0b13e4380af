package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"rekey/assets"
	"rekey/auth"
)

// iconSide is the side of the status picture, in Fyne's units.
const iconSide = 48

// content are the window's widgets, built once and then filled in. They are
// touched on Fyne's goroutine only.
type content struct {
	settings fyne.Settings

	icon             *canvas.Image
	account, plan    *widget.Label
	headline, detail *widget.Label
	facts            *fyne.Container // names and values in turn
	note             *widget.Label
	main, refresh    *widget.Button

	root fyne.CanvasObject
}

func newContent(settings fyne.Settings, onMain, onRefresh func()) *content {
	c := &content{
		settings: settings,
		icon:     &canvas.Image{FillMode: canvas.ImageFillContain},
		account:  newLabel(),
		plan:     newLabel(),
		headline: newLabel(),
		detail:   newLabel(),
		facts:    container.New(layout.NewFormLayout()),
		note:     newLabel(),
		main:     widget.NewButton("", onMain),
		refresh:  widget.NewButton("Refresh now", onRefresh),
	}
	c.icon.SetMinSize(fyne.NewSquareSize(iconSide))
	c.account.TextStyle.Bold = true
	c.account.SizeName = theme.SizeNameSubHeadingText
	c.headline.TextStyle.Bold = true
	c.note.Importance = widget.WarningImportance
	c.root = container.NewPadded(container.NewBorder(
		container.NewBorder(nil, nil, container.NewPadded(c.icon), nil, container.NewVBox(c.account, c.plan)),
		container.NewVBox(c.note, container.NewHBox(layout.NewSpacer(), c.refresh, c.main)),
		nil, nil,
		container.NewVScroll(container.NewVBox(
			widget.NewSeparator(), c.headline, c.detail, widget.NewSeparator(), c.facts,
		)),
	))
	return c
}

// newLabel is a label that breaks its lines, so that no text is cut off.
func newLabel() *widget.Label {
	l := widget.NewLabel("")
	l.Wrapping = fyne.TextWrapWord
	return l
}

// show fills in v and the note, a line about what did not work.
func (c *content) show(v View, note string) {
	c.showIcon(v.Icon)
	fill(c.account, v.Account)
	fill(c.plan, v.Plan)
	fill(c.headline, v.Headline)
	fill(c.detail, v.Detail)
	fill(c.note, note)
	c.showFacts(v.Facts)

	c.main.Importance = widget.MediumImportance
	if v.Urgent {
		c.main.Importance = widget.HighImportance
	}
	c.main.SetText(v.MainLabel)
	setVisible(c.main, v.MainLabel != "")
	setVisible(c.refresh, v.Refresh)
	if v.CanRefresh {
		c.refresh.Enable()
	} else {
		c.refresh.Disable()
	}
}

// showIcon draws the status in the colours of the present theme.
func (c *content) showIcon(status auth.Status) {
	dark := c.settings.ThemeVariant() == theme.VariantDark
	name := string(status) + "-light.svg"
	if dark {
		name = string(status) + "-dark.svg"
	}
	if c.icon.Resource != nil && c.icon.Resource.Name() == name {
		return
	}
	svg, err := assets.StatusSVG(status, dark)
	if err != nil {
		return // a status of a newer agent: the words say it
	}
	c.icon.Resource = fyne.NewStaticResource(name, svg)
	c.icon.Refresh()
}

// showFacts fills in the facts that have a value.
func (c *content) showFacts(facts []Fact) {
	for len(c.facts.Objects) < 2*len(facts) {
		name := widget.NewLabel("")
		name.Importance = widget.LowImportance
		c.facts.Add(name)
		c.facts.Add(newLabel())
	}
	for i := range len(c.facts.Objects) / 2 {
		var fact Fact
		if i < len(facts) {
			fact = facts[i]
		}
		name, value := c.facts.Objects[2*i].(*widget.Label), c.facts.Objects[2*i+1].(*widget.Label)
		name.SetText(fact.Name)
		fill(value, fact.Value)
		setVisible(name, fact.Value != "")
	}
}

// fill sets a label's text; a label without text takes no room.
func fill(l *widget.Label, text string) {
	if l.Text != text {
		l.SetText(text)
	}
	setVisible(l, text != "")
}

func setVisible(o fyne.CanvasObject, visible bool) {
	if visible {
		o.Show()
	} else {
		o.Hide()
	}
}
