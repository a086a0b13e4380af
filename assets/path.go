package assets

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/srwiley/rasterx"
	"golang.org/x/image/math/fixed"
)

// arguments are how many numbers follow each command of a path that is
// understood here: those that the drawings use, all with absolute places.
var arguments = map[byte]int{'M': 2, 'L': 2, 'H': 1, 'V': 1, 'Q': 4, 'C': 6, 'A': 7, 'Z': 0}

// drawPath draws the outline that an SVG path describes, in pixels: scale of
// them are a unit of the drawing.
func drawPath(path string, scale float64, to rasterx.Adder) error {
	var x, y float64 // where the pen is
	open := false
	for path = strings.TrimSpace(path); path != ""; {
		command := path[0]
		end := strings.IndexAny(path[1:], "MLHVQCAZ") + 1
		if end == 0 {
			end = len(path)
		}
		n, err := numbers(path[1:end])
		if err != nil {
			return err
		}
		path = path[end:]
		if want, ok := arguments[command]; !ok || len(n) != want {
			return fmt.Errorf("a path has %c with %d numbers", command, len(n))
		}
		at := func(i int) fixed.Point26_6 { return rasterx.ToFixedP(n[i]*scale, n[i+1]*scale) }
		switch command {
		case 'M':
			if open {
				to.Stop(false)
			}
			to.Start(at(0))
			open = true
		case 'L':
			to.Line(at(0))
		case 'H':
			n = []float64{n[0], y}
			to.Line(at(0))
		case 'V':
			n = []float64{x, n[0]}
			to.Line(at(0))
		case 'Q':
			to.QuadBezier(at(0), at(2))
		case 'C':
			to.CubeBezier(at(0), at(2), at(4))
		case 'A':
			drawArc(n, x, y, scale, to)
		case 'Z':
			to.Stop(true)
			open = false
			continue
		}
		x, y = n[len(n)-2], n[len(n)-1]
	}
	if open {
		to.Stop(false)
	}
	return nil
}

// drawArc draws the arc of an ellipse: n are SVG's radii, rotation, flags and end.
func drawArc(n []float64, x, y, scale float64, to rasterx.Adder) {
	n = []float64{n[0] * scale, n[1] * scale, 0, n[3], n[4], n[5] * scale, n[6] * scale}
	x, y = x*scale, y*scale
	cx, cy := rasterx.FindEllipseCenter(&n[0], &n[1], 0, x, y, n[5], n[6], n[4] == 0, n[3] == 0)
	rasterx.AddArc(n, cx, cy, x, y, to)
}

// numbers reads a list that is separated by spaces or commas.
func numbers(list string) (n []float64, err error) {
	for _, word := range strings.FieldsFunc(list, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' }) {
		v, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return nil, fmt.Errorf("a path has %q for a number", word)
		}
		n = append(n, v)
	}
	return n, nil
}
