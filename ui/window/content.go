package window

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"rekey/assets"
	"rekey/auth"
	"rekey/ui/words"
)

// iconSide is the side of the status picture, in Fyne's units.
const iconSide = 48

// content are the window's widgets, built once and then filled in. They are
// touched on Fyne's goroutine only.
type content struct {
	icon              *canvas.Image
	account, headline *widget.Label
	detail            *widget.Label
	facts             *fyne.Container // names and values in turn
	note              *widget.Label
	main, refresh     *widget.Button

	root fyne.CanvasObject
}

func newContent(w words.Words, onMain, onRefresh func()) *content {
	c := &content{
		icon:     &canvas.Image{FillMode: canvas.ImageFillContain},
		account:  newLabel(),
		headline: newLabel(),
		detail:   newLabel(),
		facts:    container.New(layout.NewFormLayout()),
		note:     newLabel(),
		main:     widget.NewButton("", onMain),
		refresh:  widget.NewButton(w.Say("action.refresh"), onRefresh),
	}
	c.icon.SetMinSize(fyne.NewSquareSize(iconSide))
	c.account.TextStyle.Bold = true
	c.account.SizeName = theme.SizeNameSubHeadingText
	c.headline.TextStyle.Bold = true
	c.note.Importance = widget.WarningImportance
	tight := layout.NewCustomPaddedVBoxLayout(-theme.InnerPadding())
	c.root = container.NewPadded(container.NewBorder(
		container.NewBorder(nil, nil, container.NewPadded(c.icon), nil,
			container.New(tight, layout.NewSpacer(), c.account, c.headline, layout.NewSpacer())),
		container.NewVBox(c.note, container.NewHBox(layout.NewSpacer(), c.refresh, c.main)),
		nil, nil,
		container.NewVScroll(container.NewVBox(widget.NewSeparator(), c.detail, c.facts)),
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
	fill(c.headline, v.Headline)
	fill(c.detail, v.Detail)
	fill(c.note, note)
	c.showFacts(v.Facts)

	c.main.Importance = widget.MediumImportance
	if v.Strong {
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

// showIcon draws the status for the background it stands on.
func (c *content) showIcon(status auth.Status) {
	name, dark := string(status)+"-light.svg", darkBackground()
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

// darkBackground looks at the colour itself: a theme need not follow the
// system's variant.
func darkBackground() bool {
	grey := color.GrayModel.Convert(theme.Color(theme.ColorNameBackground)).(color.Gray)
	return grey.Y < 0x80
}

// showFacts fills in the facts that have a value.
func (c *content) showFacts(facts []Fact) {
	for len(c.facts.Objects) < 2*len(facts) {
		c.facts.Add(newName())
		c.facts.Add(newLabel())
	}
	for i := range len(c.facts.Objects) / 2 {
		var fact Fact
		if i < len(facts) {
			fact = facts[i]
		}
		name, value := c.facts.Objects[2*i].(*widget.RichText), c.facts.Objects[2*i+1].(*widget.Label)
		name.Segments[0].(*widget.TextSegment).Text = fact.Name
		name.Refresh()
		fill(value, fact.Value)
		setVisible(name, fact.Value != "")
	}
}

// newName is a text in a quiet colour.
func newName() *widget.RichText {
	style := widget.RichTextStyleInline
	style.ColorName = theme.ColorNamePlaceHolder
	return widget.NewRichText(&widget.TextSegment{Style: style})
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
