package window

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"rekey/test/kit/must"
)

type colour = color.Color

// usual is the size that a window opens with.
var usual = fyne.NewSize(480, 640)

// TestPictures draws every scene in every language and, in English and Chinese, in
// every theme and size and for every person, and looks at what a person looks at: that nothing is cut off, nothing
// lies on something else, and all can be read. The pictures are kept in
// artefacts, to be looked at by a person too.
func TestPictures(t *testing.T) {
	app := test.NewTempApp(t)
	for name, variant := range variants() {
		app.Settings().SetTheme(forced{newPalette(), variant})
		for _, w := range tongues() {
			for _, scale := range []float32{1, 2} {
				for _, p := range people() {
					if !slices.Contains([]string{"en", "zh-Hans"}, w.Language()) && (name != "light" || scale != 1 || p.name != people()[0].name) {
						continue // only the words differ
					}
					for _, s := range scenes() {
						where := fmt.Sprintf("%s/%s/%gx/%s/%s", name, w.Language(), scale, p.name, s.name)
						t.Run(where, func(t *testing.T) {
							window, c := set(t, s.of(p), w, usual)
							window.Canvas().(interface{ SetScale(float32) }).SetScale(scale)
							// As high as it needs, to see all of it at once.
							window.Resize(fyne.NewSize(usual.Width, max(usual.Height, c.scroll.Content.MinSize().Height)))
							c.layOut()
							var picture *image.NRGBA
							if scale == 1 || p.name == people()[0].name { // the colours are the same
								picture = window.Canvas().Capture().(*image.NRGBA)
								keep(t, picture)
							}
							wantReadable(t, look(c.scroll), picture, scale)
						})
					}
				}
			}
		}
	}
}

// seen is something drawn, with its place in the window.
type seen struct {
	object fyne.CanvasObject
	at     fyne.Position
	inside fyne.Widget // the widget it is part of
}

// rect is where its ink is, wherever in its room that is drawn.
func (s seen) rect() (x1, y1, x2, y2 float32) {
	size, at := s.object.Size(), s.at
	switch o := s.object.(type) {
	case *canvas.Text:
		size = o.MinSize()
	case *canvas.Image: // all of ours are square, and drawn in the middle
		side := min(size.Width, size.Height)
		at = at.AddXY((size.Width-side)/2, (size.Height-side)/2)
		size = fyne.NewSquareSize(side)
	}
	return at.X, at.Y, at.X + size.Width, at.Y + size.Height
}

// look lists all that is drawn.
func look(o fyne.CanvasObject) (list []seen) {
	var visit func(o fyne.CanvasObject, at fyne.Position, inside fyne.Widget)
	visit = func(o fyne.CanvasObject, at fyne.Position, inside fyne.Widget) {
		if !o.Visible() {
			return
		}
		at = at.Add(o.Position())
		list = append(list, seen{o, at, inside})
		switch o := o.(type) {
		case *fyne.Container:
			for _, child := range o.Objects {
				visit(child, at, inside)
			}
		case fyne.Widget:
			for _, child := range test.WidgetRenderer(o).Objects() {
				visit(child, at, o)
			}
		}
	}
	visit(o, fyne.NewPos(0, 0), nil)
	return list
}

// wantReadable fails the test for what a person could not read.
func wantReadable(t *testing.T, drawn []seen, picture *image.NRGBA, scale float32) {
	t.Helper()
	var inks []seen
	for _, s := range drawn {
		switch o := s.object.(type) {
		case *container.Scroll, *fyne.Container:
			continue
		case fyne.Widget:
			if need, has := o.MinSize(), o.Size(); need.Width > has.Width+0.5 || need.Height > has.Height+0.5 {
				t.Errorf("%T %s needs %v and has %v", o, label(o), need, has)
			}
		case *canvas.Text:
			if o.Text == "" {
				continue
			}
			inks = append(inks, s)
			if picture == nil {
				continue
			}
			if ratio := contrast(o.Color, background(picture, s, scale)); ratio < 4.5 {
				t.Errorf("%q has a contrast of %.2f", o.Text, ratio)
			}
		case *canvas.Image:
			inks = append(inks, s)
		}
	}
	if len(inks) < 3 {
		t.Fatalf("only %d things can be seen", len(inks))
	}
	for i, a := range inks {
		ax1, ay1, ax2, ay2 := a.rect()
		if ax1 < 0 || ay1 < 0 || ax2 > usual.Width+0.5 {
			t.Errorf("%s lies outside the window: %v to %v", label(a.object), ax1, ax2)
		}
		for _, b := range inks[i+1:] {
			if a.inside != nil && a.inside == b.inside {
				continue // a sign and its ground
			}
			bx1, by1, bx2, by2 := b.rect()
			if min(ax2, bx2)-max(ax1, bx1) > 1 && min(ay2, by2)-max(ay1, by1) > 1 {
				t.Errorf("%s and %s lie on each other", label(a.object), label(b.object))
			}
		}
	}
}

// label names an object for a person.
func label(o fyne.CanvasObject) string {
	switch o := o.(type) {
	case *canvas.Text:
		return fmt.Sprintf("%q", o.Text)
	case *widget.Label:
		return fmt.Sprintf("%q", o.Text)
	case *widget.RichText:
		return fmt.Sprintf("%q", o.String())
	case *canvas.Image:
		if o.Resource != nil {
			return fmt.Sprintf("the picture %s at %v", o.Resource.Name(), o.Position())
		}
	case *button:
		return fmt.Sprintf("[%s]", o.Text)
	case *choice:
		return fmt.Sprintf("{%s}", o.Selected)
	case *userCode:
		return fmt.Sprintf("%q", o.text)
	case *link:
		return fmt.Sprintf("<%s>", o.Text)
	case *check:
		return fmt.Sprintf("( ) %s", o.Text)
	}
	return fmt.Sprintf("%T", o)
}

// background is the colour behind a text: the most frequent one around it.
func background(picture *image.NRGBA, s seen, scale float32) color.Color {
	x1, y1, x2, y2 := s.rect()
	counts := map[color.NRGBA]int{}
	for y := int(y1 * scale); y < int(y2*scale); y++ {
		for x := int(x1 * scale); x < int(x2*scale); x++ {
			counts[picture.NRGBAAt(x, y)]++
		}
	}
	var most color.NRGBA
	for c, n := range counts {
		if n > counts[most] {
			most = c
		}
	}
	return most
}

// contrast is the contrast ratio of WCAG 2.
func contrast(a, b color.Color) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(c color.Color) float64 {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	linear := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n.R) + 0.7152*linear(n.G) + 0.0722*linear(n.B)
}

// keep writes a picture where a person finds it after the test.
func keep(t *testing.T, picture image.Image) {
	t.Helper()
	file := filepath.Join("..", "..", "artefacts", filepath.FromSlash(t.Name())+".png")
	must.Do(t, os.MkdirAll(filepath.Dir(file), 0o755))
	var encoded bytes.Buffer
	must.Do(t, (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&encoded, picture))
	must.Do(t, os.WriteFile(file, encoded.Bytes(), 0o644))
}
