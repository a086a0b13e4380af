package assets_test

import (
	"image"
	"image/color"
	"math"
	"testing"

	"rekey/assets"
	"rekey/auth"
	"rekey/test/kit/must"
)

// panels are the backgrounds that each kind of icons is drawn for.
var panels = []struct {
	name       string
	icons      assets.Panel
	background color.RGBA
}{
	{"light", assets.LightPanel, color.RGBA{0xf4, 0xf4, 0xf4, 0xff}},
	{"dark", assets.DarkPanel, color.RGBA{0x2b, 0x2f, 0x36, 0xff}},
	{"light, untold", assets.UnknownPanel, color.RGBA{0xf4, 0xf4, 0xf4, 0xff}},
	{"dark, untold", assets.UnknownPanel, color.RGBA{0x2b, 0x2f, 0x36, 0xff}},
}

// onPanel is a status as it looks on a panel.
func onPanel(t *testing.T, status auth.Status, icons assets.Panel, background color.Color, size int) *image.RGBA {
	t.Helper()
	var r assets.Renderer
	icon := must.Get(r.Icon(status, icons, size))(t)
	out := image.NewRGBA(icon.Bounds())
	for y := range size {
		for x := range size {
			below, above := color.RGBAModel.Convert(background).(color.RGBA), color.RGBAModel.Convert(icon.At(x, y)).(color.RGBA)
			over := func(a, b uint8) uint8 { return a + uint8(uint(b)*uint(255-above.A)/255) }
			out.SetRGBA(x, y, color.RGBA{over(above.R, below.R), over(above.G, below.G), over(above.B, below.B), 0xff})
		}
	}
	return out
}

// TestWithoutColour: who sees no colour tells any two icons apart, on either
// panel, at the sizes of the smallest ones.
func TestWithoutColour(t *testing.T) {
	for _, panel := range panels {
		for _, size := range []int{16, 22} {
			grey := map[auth.Status]*image.RGBA{}
			statuses := auth.Statuses()
			for i, a := range statuses {
				grey[a] = onPanel(t, a, panel.icons, panel.background, size)
				for _, b := range statuses[:i] {
					// A sixteenth of the area is what the dot and its gap are.
					if n := unlike(grey[a], grey[b]); n < size*size/16 {
						t.Errorf("on a %s panel of %d pixels %q and %q differ in %d pixels", panel.name, size, a, b, n)
					}
				}
			}
		}
	}
}

// unlike counts the pixels whose lightness clearly differs.
func unlike(a, b *image.RGBA) (n int) {
	for y := range a.Rect.Dy() {
		for x := range a.Rect.Dx() {
			d := int(grey(a.At(x, y))) - int(grey(b.At(x, y)))
			if d > 60 || d < -60 {
				n++
			}
		}
	}
	return n
}

func grey(c color.Color) uint8 { return color.GrayModel.Convert(c).(color.Gray).Y }

// TestContrast: every icon stands out from the panel that it is drawn for, by
// WCAG's rule for graphics, in an eighth of its area at least; and from the
// other kind of panel its outline still does, for no desktop tells which it is.
func TestContrast(t *testing.T) {
	const size, enough = 16, 3.0
	for i, panel := range panels {
		for _, status := range auth.Statuses() {
			for _, on := range []struct {
				background color.RGBA
				least      int
			}{{panel.background, size * size / 8}, {panels[1-i%2].background, 16}} {
				picture, n := onPanel(t, status, panel.icons, on.background, size), 0
				for y := range size {
					for x := range size {
						if contrast(picture.RGBAAt(x, y), on.background) >= enough {
							n++
						}
					}
				}
				if n < on.least {
					t.Errorf("the icon of %q for a %s panel stands out from %v in only %d pixels", status, panel.name, on.background, n)
				}
			}
		}
	}
}

// contrast is the ratio of WCAG 2, from 1 to 21.
func contrast(a, b color.RGBA) float64 {
	light, dark := luminance(a)+0.05, luminance(b)+0.05
	return max(light, dark) / min(light, dark)
}

func luminance(c color.RGBA) float64 {
	linear := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

func TestAppIcon(t *testing.T) {
	for _, size := range []int{16, 512} {
		picture, err := assets.AppIcon(size)
		if err != nil || picture.Bounds() != image.Rect(0, 0, size, size) {
			t.Fatalf("the program's icon of %d pixels: %v", size, err)
		}
		if _, _, _, alpha := picture.At(0, 0).RGBA(); alpha > 0x4000 {
			t.Errorf("at %d pixels its corners are not round", size)
		}
		if r, g, b, _ := picture.At(size/2, size*9/16).RGBA(); min(r, g, b) < 0xa000 {
			t.Errorf("at %d pixels its keyhole is not light", size)
		}
	}
	if _, err := assets.AppIcon(0); err == nil {
		t.Error("a picture of no pixels has no error")
	}
}
