package assets

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
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

// Renderer turns drawings into PNG pictures and remembers them. The zero value
// is ready for use; it is safe for concurrent use.
type Renderer struct {
	mu   sync.Mutex // guards done
	done map[picture][]byte
}

type picture struct {
	status auth.Status
	panel  Panel
	size   int
}

// Icon is the PNG picture of a status, size pixels square, for a kind of
// panel. Nothing is rendered before it is asked for: one icon takes
// a millisecond or two. Callers must not modify the result.
func (r *Renderer) Icon(status auth.Status, panel Panel, size int) ([]byte, error) {
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
		r.done = make(map[picture][]byte)
	}
	r.done[key] = icon
	return icon, nil
}

// AppIcon is the program's own icon as a PNG picture, size pixels square.
func AppIcon(size int) ([]byte, error) { return render(size, app, drawing.fill) }

// render makes a PNG of size by size pixels of an SVG.
func render(size int, svg []byte, draw func(drawing, *image.RGBA) error) ([]byte, error) {
	if size < 1 || size > 1024 {
		return nil, fmt.Errorf("no picture has a size of %d pixels", size)
	}
	d, err := parseDrawing(svg)
	if err != nil {
		return nil, err
	}
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	if err := draw(d, img); err != nil {
		return nil, err
	}
	// Whoever gets a picture takes it apart at once: compressing it is the most of
	// the work, and needs a megabyte.
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.NoCompression}
	if err := encoder.Encode(&out, img); err != nil {
		return nil, fmt.Errorf("writing the picture: %w", err)
	}
	return out.Bytes(), nil
}

// ICO wraps a PNG of size by size pixels, at most 256, into a Windows icon
// file with that one picture.
func ICO(icon []byte, size int) []byte {
	const header = 6 + 16 // ICONDIR, ICONDIRENTRY
	out := make([]byte, 0, header+len(icon))
	le := binary.LittleEndian
	out = le.AppendUint16(out, 0)             // reserved
	out = le.AppendUint16(out, 1)             // type: icon
	out = le.AppendUint16(out, 1)             // number of pictures
	out = append(out, byte(size), byte(size)) // width, height; 256 is written as 0
	out = append(out, 0, 0)                   // no palette, reserved
	out = le.AppendUint16(out, 1)             // colour planes
	out = le.AppendUint16(out, 32)            // bits per pixel
	out = le.AppendUint32(out, uint32(len(icon)))
	out = le.AppendUint32(out, header)
	return append(out, icon...)
}
