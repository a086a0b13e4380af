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
const iconSide = 44

// card is the top of the window: the account, the State, and the one action
// that helps, on a background in the State's colour beside the State's icon.
type card struct {
	ground                    *canvas.Rectangle
	icon                      *canvas.Image
	account, headline, detail *widget.Label
	note                      *widget.Label
	main, refresh, other      *button
	buttons                   *fyne.Container
	root                      fyne.CanvasObject
}

func newCard(main, refresh, other *button) *card {
	c := &card{
		ground:   canvas.NewRectangle(color.Transparent),
		icon:     &canvas.Image{FillMode: canvas.ImageFillContain},
		account:  newLabel(),
		headline: newLabel(),
		detail:   newLabel(),
		note:     newLabel(),
		main:     main, refresh: refresh, other: other,
	}
	c.ground.CornerRadius, c.ground.StrokeWidth = 10, 1
	c.icon.SetMinSize(fyne.NewSquareSize(iconSide))
	// An address is one long word: it breaks where it has to.
	c.account.Wrapping = fyne.TextWrapBreak
	c.headline.TextStyle.Bold = true
	c.headline.SizeName = theme.SizeNameSubHeadingText
	c.note.Importance = widget.WarningImportance
	c.other.Importance = widget.LowImportance
	// Not a sign in its text: the font of the window has none, and some systems have no other.
	c.other.Icon, c.other.IconPlacement = theme.MenuDropDownIcon(), widget.ButtonIconTrailingText
	pad := theme.InnerPadding()
	c.buttons = container.New(layout.NewCustomPaddedLayout(0, pad, pad, 0), side(c.main, c.refresh, c.other))
	texts := container.New(tight(), c.account, c.headline, c.detail, c.note)
	c.root = container.NewStack(c.ground, container.New(padded(pad),
		container.NewBorder(nil, nil,
			container.New(padded(pad), container.NewVBox(c.icon)), nil,
			container.New(column{theme.Padding()}, texts, c.buttons),
		)))
	return c
}

// show fills in v, in its tone, and a note about what failed.
func (c *card) show(v View, t tone, note string) {
	background, colour := theme.Color(theme.ColorNameBackground), theme.Color(t.name())
	c.ground.FillColor, c.ground.StrokeColor = mix(colour, background, 0.07), mix(colour, background, 0.45)
	c.ground.Refresh()
	c.showIcon(v.Icon)
	fill(c.account, v.Account)
	fill(c.headline, v.Headline)
	fill(c.detail, v.Detail)
	fill(c.note, note)

	importance := widget.MediumImportance
	if v.Strong {
		importance = widget.HighImportance
	}
	if c.main.Importance != importance {
		c.main.Importance = importance
		c.main.Refresh()
	}
	if c.main.Text != v.MainLabel {
		c.main.SetText(v.MainLabel)
	}
	signIn := v.Main == words.ActionSignIn
	setVisible(c.main, v.MainLabel != "")
	setVisible(c.refresh, v.Refresh)
	setVisible(c.other, signIn)
	setVisible(c.buttons, v.MainLabel != "" || v.Refresh || signIn)
}

// showIcon draws the status icon for the current background.
func (c *card) showIcon(status auth.Status) {
	name, dark := string(status)+"-light.svg", darkBackground()
	if dark {
		name = string(status) + "-dark.svg"
	}
	if c.icon.Resource != nil && c.icon.Resource.Name() == name {
		return
	}
	svg, err := assets.StatusSVG(status, dark)
	if err != nil {
		return // a status of a newer agent: the text says it
	}
	c.icon.Resource = fyne.NewStaticResource(name, svg)
	c.icon.Refresh()
}

// darkBackground checks the colour itself, because a theme need not follow the
// system's variant.
func darkBackground() bool {
	grey := color.GrayModel.Convert(theme.Color(theme.ColorNameBackground)).(color.Gray)
	return grey.Y < 0x80
}

// newLabel is a label with line wrapping, so that no text is cut off.
func newLabel() *widget.Label {
	l := widget.NewLabel("")
	l.Wrapping = fyne.TextWrapWord
	return l
}

// newName is a text in a quiet colour.
func newName(text string, bold bool) *widget.RichText {
	style := widget.RichTextStyleInline
	style.ColorName = theme.ColorNamePlaceHolder
	style.TextStyle.Bold = bold
	return widget.NewRichText(&widget.TextSegment{Style: style, Text: text})
}

// fill sets a label's text; a label without text takes no room.
func fill(l *widget.Label, text string) {
	if l.Text != text {
		l.SetText(text)
	}
	setVisible(l, text != "")
}

func setVisible(o fyne.CanvasObject, visible bool) {
	if visible == o.Visible() {
		return
	}
	if visible {
		o.Show()
	} else {
		o.Hide()
	}
}
