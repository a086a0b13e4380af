package assets

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"sync"

	"rekey/auth"
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

// Renderer draws the statuses and remembers the pictures. The zero value is ready
// for use; it is safe for concurrent use.
type Renderer struct {
	mu   sync.Mutex // guards done
	done map[picture]*image.RGBA
}

type picture struct {
	status auth.Status
	panel  Panel
	size   int
}

// Icon is the picture of a status, size pixels square, for a kind of panel.
// Nothing is drawn before it is asked for. Callers must not modify the result,
// which is the same the next time.
func (r *Renderer) Icon(status auth.Status, panel Panel, size int) (*image.RGBA, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := picture{status, panel, size}
	if icon, ok := r.done[key]; ok {
		return icon, nil
	}
	svg, err := StatusSVG(status, panel.dark())
	if err != nil {
		return nil, err
	}
	icon, err := render(size, svg, panel.draw)
	if err != nil {
		return nil, fmt.Errorf("icon for status %q: %w", status, err)
	}
	if r.done == nil {
		r.done = make(map[picture]*image.RGBA)
	}
	r.done[key] = icon
	return icon, nil
}

// AppIcon is the program's own icon, size pixels square.
func AppIcon(size int) (*image.RGBA, error) { return render(size, app, drawing.fill) }

// render draws an SVG on size by size pixels.
func render(size int, svg []byte, draw func(drawing, *image.RGBA) error) (*image.RGBA, error) {
	if size < 1 || size > 1024 {
		return nil, fmt.Errorf("no picture has a size of %d pixels", size)
	}
	d, err := parseDrawing(svg)
	if err != nil {
		return nil, err
	}
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	return img, draw(d, img)
}
