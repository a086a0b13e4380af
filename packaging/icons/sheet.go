package main

import (
	"image"
	"image/color"
	"image/draw"

	"rekey/assets"
	"rekey/auth"
)

// sizes are those at which panels show the icons.
var sizes = []int{16, 22, 24, 32, 48}

// zoom is how often the smallest icon is magnified, to be judged by its pixels.
const zoom = 6

// column is one panel of the sheet.
type column struct {
	background color.RGBA
	panel      assets.Panel // what the icons are for
	grey       bool         // as somebody sees it who sees no colour
}

// columns are the panels: each kind with its own icons, in colour and without,
// and last each kind, and one in between, with the icons for panels of which
// nothing is known.
var columns = []column{
	{background: light, panel: assets.LightPanel},
	{background: dark, panel: assets.DarkPanel},
	{background: light, panel: assets.LightPanel, grey: true},
	{background: dark, panel: assets.DarkPanel, grey: true},
	{background: light},
	{background: dark},
	{background: color.RGBA{0x6b, 0x7f, 0x99, 0xff}},
}

var (
	light = color.RGBA{0xf4, 0xf4, 0xf4, 0xff}
	dark  = color.RGBA{0x2b, 0x2f, 0x36, 0xff}
)

// gap is the space between two icons, in pixels.
const gap = 8

// sheet draws all icons in all sizes on all panels: a row for each status in
// the order of the State table, a column for each panel.
func sheet() (image.Image, error) {
	var r assets.Renderer
	across := gap + zoom*sizes[0] + gap
	for _, size := range sizes {
		across += size + gap
	}
	down := zoom*sizes[0] + 2*gap
	statuses := auth.Statuses()
	out := image.NewRGBA(image.Rect(0, 0, across*len(columns), down*len(statuses)))
	for row, status := range statuses {
		for n, c := range columns {
			cell := image.Rect(0, 0, across, down).Add(image.Pt(n*across, row*down))
			if err := c.draw(&r, out, cell, status); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// draw fills one cell: the smallest icon magnified, then all sizes.
func (c column) draw(r *assets.Renderer, out *image.RGBA, cell image.Rectangle, status auth.Status) error {
	draw.Draw(out, cell, image.NewUniform(c.background), image.Point{}, draw.Src)
	at := cell.Min.Add(image.Pt(gap, gap))
	for n, size := range sizes {
		icon, err := r.Icon(status, c.panel, size)
		if err != nil {
			return err
		}
		if n == 0 {
			magnify(out, at, icon)
			at.X += zoom*size + gap
		}
		place := image.Rectangle{at, at.Add(icon.Bounds().Size())}
		draw.Draw(out, place, icon, image.Point{}, draw.Over)
		at.X += size + gap
	}
	if c.grey {
		drain(out, cell)
	}
	return nil
}

// magnify draws every pixel of the icon as a square.
func magnify(out *image.RGBA, at image.Point, icon image.Image) {
	size := icon.Bounds().Size()
	for y := range size.Y {
		for x := range size.X {
			corner := at.Add(image.Pt(x*zoom, y*zoom))
			square := image.Rectangle{corner, corner.Add(image.Pt(zoom, zoom))}
			draw.Draw(out, square, image.NewUniform(icon.At(x, y)), image.Point{}, draw.Over)
		}
	}
}

// drain takes the colour away.
func drain(out *image.RGBA, cell image.Rectangle) {
	for y := cell.Min.Y; y < cell.Max.Y; y++ {
		for x := cell.Min.X; x < cell.Max.X; x++ {
			out.Set(x, y, color.GrayModel.Convert(out.At(x, y)))
		}
	}
}
