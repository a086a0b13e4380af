package assets_test

import (
	"bytes"
	"encoding/xml"
	"image"
	"strings"
	"testing"

	"rekey/assets"
	"rekey/auth"
	"rekey/test/kit/must"
)

// mask renders a status and returns its alpha channel.
func mask(t *testing.T, r *assets.Renderer, status auth.Status, panel assets.Panel, size int) []byte {
	t.Helper()
	img := must.Get(r.Icon(status, panel, size))(t)
	if img.Bounds() != image.Rect(0, 0, size, size) {
		t.Fatalf("icon for %q has bounds %v, want %d pixels square", status, img.Bounds(), size)
	}
	alpha := make([]byte, 0, size*size)
	for y := range size {
		for x := range size {
			_, _, _, a := img.At(x, y).RGBA()
			alpha = append(alpha, byte(a>>8))
		}
	}
	return alpha
}

// TestShapes holds the rule that colour is never the only sign, at the size of
// the smallest panel: any two icons differ visibly in their alpha alone.
func TestShapes(t *testing.T) {
	const size = 16
	var r assets.Renderer
	statuses := auth.Statuses()
	masks := map[auth.Status][]byte{}
	for i, a := range statuses {
		masks[a] = mask(t, &r, a, assets.LightPanel, size)
		for _, b := range statuses[:i] {
			differ := 0
			for p, alpha := range masks[a] {
				if d := int(alpha) - int(masks[b][p]); d > 80 || d < -80 {
					differ++
				}
			}
			// Eight pixels are what the moving dot is.
			if differ < 8 {
				t.Errorf("%q and %q differ in shape by %d of %d pixels", a, b, differ, size*size)
			}
		}
	}
}

func TestPanels(t *testing.T) {
	var r assets.Renderer
	for _, status := range auth.Statuses() {
		light := must.Get(r.Icon(status, assets.LightPanel, 22))(t)
		dark := must.Get(r.Icon(status, assets.DarkPanel, 22))(t)
		if bytes.Equal(light.Pix, dark.Pix) {
			t.Errorf("%q is the same picture on a light and on a dark panel", status)
		}
		if !bytes.Equal(mask(t, &r, status, assets.LightPanel, 22), mask(t, &r, status, assets.DarkPanel, 22)) {
			t.Errorf("%q has another shape on a dark panel", status)
		}
		again, err := r.Icon(status, assets.DarkPanel, 22)
		if err != nil || again != dark {
			t.Errorf("%q was drawn twice (%v)", status, err)
		}
	}
}

func TestUnknown(t *testing.T) {
	var r assets.Renderer
	for _, status := range []auth.Status{"", "new", "../icons/healthy"} {
		if _, err := r.Icon(status, assets.LightPanel, 22); err == nil {
			t.Errorf("Icon(%q) has no error", status)
		}
	}
	for _, size := range []int{-1, 0, 1 << 20} {
		if _, err := r.Icon(auth.StatusHealthy, assets.LightPanel, size); err == nil {
			t.Errorf("an icon of %d pixels has no error", size)
		}
	}
}

func TestSources(t *testing.T) {
	for _, status := range auth.Statuses() {
		svg := must.Get(assets.StatusSVG(status, false))(t)
		var drawing struct {
			ViewBox string `xml:"viewBox,attr"`
			Title   string `xml:"title"`
		}
		if err := xml.Unmarshal(svg, &drawing); err != nil {
			t.Fatalf("the drawing for %q: %v", status, err)
		}
		if bytes.Contains(svg, []byte("opacity")) {
			t.Errorf("the drawing for %q is translucent, which panels show too dark", status)
		}
		if drawing.ViewBox != "0 0 16 16" || !strings.Contains(drawing.Title, ": ") {
			t.Errorf("the drawing for %q has view box %q and title %q", status, drawing.ViewBox, drawing.Title)
		}
	}
	if !bytes.Contains(assets.AppSVG(), []byte("<svg")) {
		t.Error("the program's icon is missing")
	}
}

func BenchmarkIcon(b *testing.B) {
	for b.Loop() {
		var r assets.Renderer
		must.Get(r.Icon(auth.StatusHealthy, assets.DarkPanel, 48))(b)
	}
}
