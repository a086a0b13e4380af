//go:build linux

package desktop_test

import (
	"image"
	"image/color"
	"image/draw"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/desktop"
	"rekey/test/kit/must"
)

// backdrop is what is behind all windows on the pictures.
var backdrop = color.RGBA{0x3f, 0x55, 0x6b, 0xff}

// TestScreenshots takes the pictures of the README from the real programs on a
// real desktop. "make screenshots" runs it and puts them in their place.
func TestScreenshots(t *testing.T) {
	program := kit.Rekey(t)
	installWindow(t, program)
	r := newBareRig(t, program, box.Config{AccessLife: 3 * time.Hour})
	r.StartDisplay(t)
	r.Paint(t, backdrop)
	r.StartPanel(t)
	r.StartXfceNotifier(t)
	notices := r.RecordNotices(t)
	item := r.Item(t, r.startRekey(t))
	item.WaitTooltip(t, signedIn)

	before := r.ScreenshotAfter(t, "desktop", nil)
	r.Type(t, "mousemove", "14", "20")
	shot := r.ScreenshotAfter(t, "desktop", before)
	r.cut(t, "tray", shot, fromCorner(shot))

	// Something to tell: a refresh, and one by another program.
	item.Click(t, "Refresh now")
	kit.Eventually(t, "the refresh", func() bool { return r.server.Refreshes() == 1 })
	item.WaitTooltip(t, signedIn)
	must.Do(t, r.home.Replace(r.server.SignIn(box.Ada())))
	r.Type(t, "mousemove", "1270", "790")
	before = r.ScreenshotAfter(t, "desktop", nil)
	item.Click(t, "Open Rekey…")
	w := r.WaitWindow(t, "Rekey")
	shot = r.ScreenshotAfter(t, "desktop", before)
	lower := func() image.Rectangle {
		part := differs(shot)
		part.Min.Y += part.Dy() / 2
		return part
	}
	for !drawn(shot, lower()) { // its frame is there first, then the State, then usage and the activity
		shot = r.ScreenshotAfter(t, "desktop", shot)
	}
	r.cut(t, "window", shot, differs(shot))
	r.KillWindow(t, w)

	r.server.RevokeAll()
	item.Click(t, "Refresh now")
	item.WaitTooltip(t, "Works until")
	before = r.ScreenshotAfter(t, "desktop", nil)
	r.OpenMenu(t)
	shot = r.ScreenshotAfter(t, "desktop", before)
	r.cut(t, "menu", shot, fromCorner(shot))
	r.CloseMenu(t)
	notices.Wait(t, "the notification", func(n []desktop.Notice) bool { return len(n) == 1 && n[0].ID != 0 })
	r.Type(t, "mousemove", "640", "790")
	shot = r.ScreenshotAfter(t, "desktop", nil)
	r.cut(t, "notification", shot, differs(shot))
}

// fromCorner is the part of a picture from its corner, where the icon is, to
// the end of what hangs below the panel.
func fromCorner(picture *image.RGBA) image.Rectangle {
	part := differs(picture)
	part.Min = image.Point{}
	return part
}

// cut keeps a part of a picture.
func (r *rig) cut(t *testing.T, name string, from image.Image, part image.Rectangle) {
	t.Helper()
	if part.Empty() {
		t.Fatalf("there is nothing to see for %s", name)
	}
	picture := image.NewRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
	draw.Draw(picture, picture.Bounds(), from, part.Min, draw.Src)
	r.Keep(t, name, picture)
}

// drawn reports whether a part of a picture shows more than one colour in its
// middle.
func drawn(picture *image.RGBA, part image.Rectangle) bool {
	inside := part.Inset(part.Dx() / 8)
	for y := inside.Min.Y; y < inside.Max.Y; y++ {
		for x := inside.Min.X; x < inside.Max.X; x++ {
			if picture.RGBAAt(x, y) != picture.RGBAAt(inside.Min.X, inside.Min.Y) && picture.RGBAAt(x, y) != backdrop {
				return true
			}
		}
	}
	return false
}

// differs is the part of a picture below the panel that is not the backdrop,
// with a margin.
func differs(picture *image.RGBA) (part image.Rectangle) {
	const panel, margin = 34, 12
	for y := panel; y < picture.Rect.Dy(); y++ {
		for x := range picture.Rect.Dx() {
			if picture.RGBAAt(x, y) != backdrop {
				part = part.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return part.Inset(-margin).Intersect(picture.Rect)
}
