package assets

import (
	"errors"
	"image"
	"image/color"
)

// Panel is the background that an icon is drawn for.
type Panel int

// The kinds of panels.
const (
	// UnknownPanel may be light or dark: not every desktop tells. Its icons are
	// a little smaller and have a strong dark rim around what is light.
	UnknownPanel Panel = iota
	LightPanel
	DarkPanel
)

// dark reports whether the drawing's colours are those for a dark background.
func (p Panel) dark() bool { return p != LightPanel }

// draw draws a status' picture. Its edges are drawn in the colour of the
// background that is expected behind it. There they vanish; if the panel turns
// out to be of the other kind, they are what keeps the icon readable.
func (p Panel) draw(d drawing, on *image.RGBA) error {
	edge, width := color.RGBA{0x2b, 0x2f, 0x36, 0xff}, 1.0
	switch p {
	case LightPanel:
		edge = color.RGBA{0xf4, 0xf4, 0xf4, 0xff}
	case UnknownPanel:
		d.inset, width = 1, 3.25
	}
	return errors.Join(d.stroke(on, edge, width*float64(on.Rect.Dx())/(d.side+2*d.inset)), d.fill(on))
}
