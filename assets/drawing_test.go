package assets

import (
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"testing"

	"rekey/test/kit/must"
)

// TestPath draws squares and discs in every way that a path can, and looks at
// a point inside and one outside.
func TestPath(t *testing.T) {
	for name, path := range map[string]string{
		"lines":          "M2 2L8 2L8 8L2 8Z",
		"one way":        "M2 2H8V8H2Z",
		"not closed":     "M2 2H8V8H2",
		"other spaces":   " M 2,2 H8\nV8 H2 Z ",
		"quadratic":      "M2 2Q5 2 8 2Q8 5 8 8Q5 8 2 8Z",
		"cubic":          "M2 2C4 2 6 2 8 2C8 4 8 6 8 8C6 8 4 8 2 8Z",
		"arcs":           "M5 1A4 4 0 0 1 5 9A4 4 0 0 1 5 1Z",
		"a great arc":    "M5 1A4 4 0 1 1 1 5L5 5Z",
		"after a second": "M20 20H30V30H20ZM2 2H8V8H2Z",
	} {
		d := drawing{side: 10, outlines: []outline{{color.RGBA{R: 0xff, A: 0xff}, path}}}
		on := image.NewRGBA(image.Rect(0, 0, 40, 40))
		if err := d.fill(on); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if on.RGBAAt(22, 22).R != 0xff || on.RGBAAt(2, 2).A != 0 {
			t.Errorf("%s: inside %v, outside %v", name, on.RGBAAt(22, 22), on.RGBAAt(2, 2))
		}
	}
}

func TestPathWithAHole(t *testing.T) {
	d := drawing{side: 10, outlines: []outline{{color.RGBA{A: 0xff}, "M1 1H9V9H1ZM4 4V6H6V4Z"}}}
	on := image.NewRGBA(image.Rect(0, 0, 40, 40))
	if err := d.fill(on); err != nil || on.RGBAAt(20, 20).A != 0 || on.RGBAAt(8, 8).A != 0xff {
		t.Errorf("the hole is %v, beside it %v (%v)", on.RGBAAt(20, 20), on.RGBAAt(8, 8), err)
	}
}

func TestBadDrawing(t *testing.T) {
	for _, svg := range []string{
		"", "<svg", `<svg viewBox="0 0 16 16"/>`,
		`<svg viewBox="0 0 0 0"><path fill="#000000" d="M0 0Z"/></svg>`,
		`<svg viewBox="0 0 16 16"><path d="M0 0Z"/></svg>`,
		`<svg viewBox="0 0 16 16"><path fill="red" d="M0 0Z"/></svg>`,
	} {
		if _, err := parseDrawing([]byte(svg)); err == nil {
			t.Errorf("%q has no error", svg)
		}
	}
	for _, path := range []string{"1 2", "M1", "M1 2 3", "M1 x", "M1 2l3 4", "M1 2S3 4 5 6", "M1 2Z3"} {
		d := drawing{side: 10, outlines: []outline{{color.RGBA{A: 0xff}, path}}}
		if err := d.fill(image.NewRGBA(image.Rect(0, 0, 8, 8))); err == nil {
			t.Errorf("the path %q has no error", path)
		}
	}
}

// TestDrawingsAsXML: what is read of each drawing is what XML says.
func TestDrawingsAsXML(t *testing.T) {
	icons := must.Get(files.ReadDir("icons"))(t)
	for _, icon := range icons {
		svg := must.Get(files.ReadFile("icons/" + icon.Name()))(t)
		var file struct {
			ViewBox string `xml:"viewBox,attr"`
			Paths   []struct {
				Fill string `xml:"fill,attr"`
				Path string `xml:"d,attr"`
			} `xml:"path"`
		}
		must.Do(t, xml.Unmarshal(svg, &file))
		d := must.Get(parseDrawing(svg))(t)
		if box := fmt.Sprint("0 0 ", d.side, " ", d.side); box != file.ViewBox || len(d.outlines) != len(file.Paths) {
			t.Errorf("%s: a box %q and %d paths, want %q and %d", icon.Name(), box, len(d.outlines), file.ViewBox, len(file.Paths))
		}
		for i, o := range d.outlines {
			if fill := fmt.Sprintf("#%02x%02x%02x", o.fill.R, o.fill.G, o.fill.B); fill != file.Paths[i].Fill || o.path != file.Paths[i].Path {
				t.Errorf("%s: path %d is %q in %s, want %q in %s", icon.Name(), i, o.path, fill, file.Paths[i].Path, file.Paths[i].Fill)
			}
		}
	}
}
