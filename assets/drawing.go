package assets

import (
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"

	"github.com/srwiley/rasterx"
	"golang.org/x/image/math/fixed"
)

// drawing is one of our SVG files: filled outlines on a square, and nothing
// else. So little is read here and not by an SVG library, for that brings the
// encodings of the whole world along: a megabyte of the agent.
type drawing struct {
	side     float64 // of the square, in units
	inset    float64 // the room around it, in units
	outlines []outline
}

type outline struct {
	fill color.RGBA
	path string
}

func parseDrawing(svg []byte) (d drawing, err error) {
	var file struct {
		ViewBox string `xml:"viewBox,attr"`
		Paths   []struct {
			Fill string `xml:"fill,attr"`
			Path string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal(svg, &file); err != nil {
		return drawing{}, fmt.Errorf("reading the drawing: %w", err)
	}
	if _, err := fmt.Sscanf(file.ViewBox, "0 0 %g", &d.side); err != nil || d.side <= 0 {
		return drawing{}, fmt.Errorf("the drawing has the view box %q", file.ViewBox)
	}
	for _, p := range file.Paths {
		o := outline{fill: color.RGBA{A: 0xff}, path: p.Path}
		if _, err := fmt.Sscanf(p.Fill, "#%02x%02x%02x", &o.fill.R, &o.fill.G, &o.fill.B); err != nil {
			return drawing{}, fmt.Errorf("the drawing has the colour %q", p.Fill)
		}
		d.outlines = append(d.outlines, o)
	}
	if len(d.outlines) == 0 {
		return drawing{}, errors.New("the drawing is empty")
	}
	return d, nil
}

// drawPath draws an outline on a square picture of that many pixels.
func (d drawing) drawPath(o outline, size int, to rasterx.Adder) error {
	scale := float64(size) / (d.side + 2*d.inset)
	moved := &rasterx.MatrixAdder{Adder: to, M: rasterx.Identity.Translate(d.inset*scale, d.inset*scale)}
	return drawPath(o.path, scale, moved)
}

// fill draws on a square picture.
func (d drawing) fill(on *image.RGBA) error {
	size := on.Rect.Dx()
	for _, o := range d.outlines {
		filler := rasterx.NewFiller(size, size, scanner(on))
		if err := d.drawPath(o, size, filler); err != nil {
			return err
		}
		filler.SetColor(o.fill)
		filler.Draw()
	}
	return nil
}

// stroke draws lines along all edges, width pixels wide.
func (d drawing) stroke(on *image.RGBA, c color.RGBA, width float64) error {
	size := on.Rect.Dx()
	for _, o := range d.outlines {
		dasher := rasterx.NewDasher(size, size, scanner(on))
		dasher.SetStroke(fixed.Int26_6(width*64), 4*64, rasterx.ButtCap, rasterx.ButtCap, rasterx.RoundGap, rasterx.Round, nil, 0)
		if err := d.drawPath(o, size, dasher); err != nil {
			return err
		}
		dasher.SetColor(c)
		dasher.Draw()
	}
	return nil
}

func scanner(on *image.RGBA) *rasterx.ScannerGV {
	return rasterx.NewScannerGV(on.Rect.Dx(), on.Rect.Dy(), on, on.Rect)
}
