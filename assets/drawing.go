package assets

import (
	"fmt"
	"image"
	"image/color"
	"strconv"
	"strings"

	"github.com/srwiley/rasterx"
	"golang.org/x/image/math/fixed"
)

// drawing is one of our SVG files: filled outlines on a square, and nothing
// else. So little is read here and not by an SVG library, for that brings the
// encodings of the whole world along: a megabyte of the agent. Even encoding/xml
// would be an eighth of one.
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
	head, rest, _ := strings.Cut(string(svg), "<path")
	box := attribute(head, "viewBox")
	if d.side, err = strconv.ParseFloat(box[strings.LastIndex(box, " ")+1:], 64); err != nil || d.side <= 0 {
		return drawing{}, fmt.Errorf("the drawing has the view box %q", box)
	}
	for path := range strings.SplitSeq(rest, "<path") {
		fill := attribute(path, "fill")
		rgb, err := strconv.ParseUint(strings.TrimPrefix(fill, "#"), 16, 24)
		if err != nil || len(fill) != len("#rrggbb") {
			return drawing{}, fmt.Errorf("the drawing has the colour %q", fill)
		}
		d.outlines = append(d.outlines, outline{color.RGBA{byte(rgb >> 16), byte(rgb >> 8), byte(rgb), 0xff}, attribute(path, "d")})
	}
	return d, nil
}

// attribute is the value of an element's attribute, "" if there is none.
func attribute(element, name string) string {
	_, rest, _ := strings.Cut(element, " "+name+`="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
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
