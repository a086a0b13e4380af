//go:build linux

package desktop_test

import (
	"bytes"
	"image"
	"image/color"
	"strings"
	"testing"
	"time"

	"rekey/test/kit"
	"rekey/test/kit/desktop"
)

// middle is that of a part of a picture.
func middle(part image.Rectangle) image.Point { return part.Min.Add(part.Max).Div(2) }

// amber reports whether a pixel has the colour of a sign-in that expires.
func amber(c color.RGBA) bool {
	return c.R > 0xa0 && c.G > 0x50 && c.G < 0xd0 && int(c.R)-int(c.B) > 0x60
}

// findIcon waits until the panel shows the icon of a sign-in that expires, in its
// colour, once, and where it stays.
func (w *whole) findIcon(t *testing.T, name string) {
	t.Helper()
	kit.Eventually(t, "the icon in the picture "+name, func() bool { return w.seesIcon(t, name) })
	if n := w.item.Registered(w.pid); n != 1 {
		t.Errorf("the panel has %d icons of the program", n)
	}
}

// seesIcon looks for that icon once. It is where it was at the last look, because a
// panel comes bit by bit.
func (w *whole) seesIcon(t *testing.T, name string) bool {
	t.Helper()
	last := w.icon
	picture := w.ScreenshotAfter(t, name, nil)
	w.icon = image.Rectangle{}
	count := 0
	for y := w.strip.Min.Y; y < w.strip.Max.Y; y++ {
		for x := w.strip.Min.X; x < w.strip.Max.X; x++ {
			if amber(picture.RGBAAt(x, y)) {
				w.icon = w.icon.Union(image.Rect(x, y, x+1, y+1))
				count++
			}
		}
	}
	size := w.icon.Size()
	whole := size.X >= 10 && size.Y >= 10 && size.X <= 40 && size.Y <= 40 && count >= 40
	return whole && w.icon == last
}

// readable: where the icon is there are light pixels and dark ones, whatever the
// panel's colour.
func readable(picture *image.RGBA, icon image.Rectangle) bool {
	light, dark := 0, 0
	for y := icon.Min.Y; y < icon.Max.Y; y++ {
		for x := icon.Min.X; x < icon.Max.X; x++ {
			switch grey := color.GrayModel.Convert(picture.RGBAAt(x, y)).(color.Gray); {
			case grey.Y > 0xb0:
				light++
			case grey.Y < 0x60:
				dark++
			}
		}
	}
	return light > 20 && dark > 20
}

// choose opens the icon's menu as its user does, walks down to the row by the
// keyboard and presses it.
func (w *whole) choose(t *testing.T, name, row string) {
	t.Helper()
	w.inMenu(t, name, row, func(menu desktop.Menu, opened *image.RGBA) bool {
		for range stepsTo(t, menu, row) {
			w.hand.key(t, "Down")
		}
		if _, ok := w.changed(t, name, opened, 0); !ok || w.item.Menu(t).String() != menu.String() {
			return false
		}
		w.hand.key(t, "Return")
		return true
	})
}

// chooseByKey is choose by the row's access key.
func (w *whole) chooseByKey(t *testing.T, name, row string) {
	t.Helper()
	w.inMenu(t, name, row, func(menu desktop.Menu, _ *image.RGBA) bool {
		line, _ := menu.Find(row)
		if line.Key == 0 {
			t.Fatalf("the row %q has no access key", row)
		}
		w.hand.key(t, string(line.Key))
		return w.item.Menu(t).String() == menu.String()
	})
}

// inMenu opens the icon's menu as its user does, and has do choose a row in it. If it
// does not, because the menu has changed meanwhile, which closes it in some panels, the
// menu is opened again.
func (w *whole) inMenu(t *testing.T, name, row string, do func(menu desktop.Menu, opened *image.RGBA) (done bool)) {
	t.Helper()
	for range 5 {
		w.hand.move(t, away)
		before := w.ScreenshotAfter(t, name, nil)
		menu := w.item.Menu(t)
		w.hand.click(t, middle(w.icon), w.opens)
		if opened, ok := w.changed(t, name, before, menuHeight); ok && do(menu, opened) {
			return
		}
		w.hand.key(t, "Escape")
	}
	t.Fatalf("the menu does not stay open for %q", row)
}

// menuHeight is less than any menu of Rekey's has, and more than any tooltip.
const menuHeight = 150

// changed is ScreenshotAfter for a display that may not change at all, or not in a
// part of this height: busy machines show the icon's tooltip before its menu.
func (w *whole) changed(t *testing.T, name string, before *image.RGBA, height int) (picture *image.RGBA, ok bool) {
	t.Helper()
	for deadline := time.Now().Add(4 * time.Second); time.Now().Before(deadline); {
		last := picture
		picture = w.Screenshot(t, name)
		if last != nil && bytes.Equal(last.Pix, picture.Pix) && !bytes.Equal(before.Pix, picture.Pix) &&
			w.difference(before, picture).Dy() >= height {
			return picture, true
		}
	}
	return picture, false
}

// stepsTo is how often the key has to be pressed that walks down a menu to a row.
func stepsTo(t *testing.T, menu desktop.Menu, row string) (steps int) {
	t.Helper()
	for _, line := range menu {
		if line.Visible && line.Enabled && !line.Separator {
			steps++
			if strings.HasPrefix(line.Label, row) {
				return steps
			}
		}
	}
	t.Fatalf("there is no row %q in\n%s", row, menu)
	return 0
}

// away is where the mouse is in nobody's way.
var away = image.Pt(640, 500)

// notice waits until there is a notification between the panels that was not
// there before, and returns where it is once the mouse is on it: GNOME shows the
// buttons then, and nobody takes it away.
func (w *whole) notice(t *testing.T, name string, before *image.RGBA) (part image.Rectangle) {
	t.Helper()
	for range 2 {
		part = w.appears(t, "a notification in the picture "+name, name, before, before.Rect)
		w.hand.move(t, w.body(part))
	}
	return part
}

// appears waits until there is something in this place of the screen that was not there
// before, and returns where all of it is.
func (w *whole) appears(t *testing.T, what, name string, before *image.RGBA, place image.Rectangle) (part image.Rectangle) {
	t.Helper()
	kit.Eventually(t, what, func() bool {
		part = w.difference(before, w.ScreenshotAfter(t, name, before))
		return part.Dx() > 150 && part.Dy() > 10 && part.Overlaps(place)
	})
	return part
}

// difference is the part of the screen between the panels in which two pictures differ.
func (w *whole) difference(a, b *image.RGBA) (part image.Rectangle) {
	return difference(a, b, image.Rect(0, w.strip.Max.Y+8, b.Rect.Dx(), b.Rect.Dy()-60))
}

// difference is the part of a place in which two pictures differ.
func difference(a, b *image.RGBA, place image.Rectangle) (part image.Rectangle) {
	for y := place.Min.Y; y < place.Max.Y; y++ {
		for x := place.Min.X; x < place.Max.X; x++ {
			if a.RGBAAt(x, y) != b.RGBAAt(x, y) {
				part = part.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return part
}
