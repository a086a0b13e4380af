//go:build linux

package desktop_test

import (
	"bytes"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/browser"
	"rekey/test/kit/desktop"
)

// whole is a rig on a whole desktop, which runs for a plain user: its panel, its
// notification daemon, its window manager.
type whole struct {
	*rig
	hand hand
	// strip is the part of the screen that its panel's icons are in.
	strip image.Rectangle
	// button is where a notification's button is that fills a part of the screen.
	button func(notice image.Rectangle) image.Point
	// opens is the mouse button that opens the icon's menu.
	opens int
	// bare: the panel shows no tooltips.
	bare bool
	// window waits until Rekey's window is open.
	window func(t *testing.T)

	item *desktop.Item
	pid  int
	icon image.Rectangle // in strip
}

// hand is the mouse and the keyboard of a desktop.
type hand interface {
	move(t *testing.T, at image.Point)
	click(t *testing.T, at image.Point, button int)
	key(t *testing.T, name string)
}

// newWhole makes a plain user's session with these variables, in which the bus
// starts these services.
func newWhole(t *testing.T, session []string, services ...string) *whole {
	t.Helper()
	desktop.Require(t, desktop.Bus, desktop.DisplayServer, desktop.Camera, desktop.Mouse)
	built := kit.Rekey(t)
	d := desktop.NewPlain(t, session, services...)
	w := &whole{rig: rigOn(t, d, d.Copy(t, built, "rekey"), box.Config{AccessLife: time.Hour})}
	w.hand, w.opens = w, 3
	w.window = func(t *testing.T) { w.WaitWindow(t, "Rekey") }
	d.Copy(t, windowProgram(t), "rekey-window")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	w.browser = d.Copy(t, self, browser.StandInName)
	for i, v := range w.env {
		if filepath.Base(v) == browser.StandInName {
			w.env[i] = "BROWSER=" + w.browser
		}
	}
	d.Give(t)
	return w
}

// killer starts a panel's program and returns what kills it.
func (w *whole) killer(t *testing.T, extra []string, program string) (kill func()) {
	t.Helper()
	panel := w.Start(t, extra, program)
	return func() {
		panel.Kill(t)
		w.WaitForNoPanel(t)
	}
}

func (w *whole) move(t *testing.T, at image.Point) {
	w.Type(t, "mousemove", strconv.Itoa(at.X), strconv.Itoa(at.Y))
}

func (w *whole) click(t *testing.T, at image.Point, button int) {
	w.move(t, at)
	w.Type(t, "click", strconv.Itoa(button))
}

func (w *whole) key(t *testing.T, name string) { w.Type(t, "key", name) }

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
	kit.Eventually(t, "the icon in the picture "+name, func() bool {
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
		return whole && w.icon == last // a panel comes bit by bit
	})
	if n := w.item.RegisteredOf(w.pid); n != 1 {
		t.Errorf("the panel has %d icons of the program", n)
	}
}

// readable: where the icon is there are light pixels and dark ones, whatever the
// panel's colour.
func readable(picture *image.RGBA, icon image.Rectangle) bool {
	light, dark := 0, 0
	for y := icon.Min.Y; y < icon.Max.Y; y++ {
		for x := icon.Min.X; x < icon.Max.X; x++ {
			switch c := picture.RGBAAt(x, y); {
			case c.R > 0xd0 && c.G > 0xd0 && c.B > 0xd0:
				light++
			case c.R < 0x60 && c.G < 0x60 && c.B < 0x60:
				dark++
			}
		}
	}
	return light > 20 && dark > 20
}

// choose opens the icon's menu as its user does, walks down to the row by the
// keyboard and presses it. A menu that changes meanwhile, which some panels close
// for that, is opened again.
func (w *whole) choose(t *testing.T, name, row string) {
	t.Helper()
	for range 5 {
		w.hand.move(t, away)
		before := w.ScreenshotAfter(t, name, nil)
		menu := w.item.Menu(t)
		steps := stepsTo(t, menu, row)
		w.hand.click(t, middle(w.icon), w.opens)
		opened, ok := w.changed(t, name, before)
		if ok {
			for range steps {
				w.hand.key(t, "Down")
			}
			if _, ok = w.changed(t, name, opened); ok && w.item.Menu(t).String() == menu.String() {
				w.hand.key(t, "Return")
				return
			}
		}
		w.hand.key(t, "Escape")
	}
	t.Fatalf("the menu does not stay open for %q", row)
}

// changed is ScreenshotAfter for a display that may not change at all.
func (w *whole) changed(t *testing.T, name string, before *image.RGBA) (picture *image.RGBA, ok bool) {
	t.Helper()
	for deadline := time.Now().Add(4 * time.Second); time.Now().Before(deadline); {
		last := picture
		picture = w.Screenshot(t, name)
		if last != nil && bytes.Equal(last.Pix, picture.Pix) && !bytes.Equal(before.Pix, picture.Pix) {
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
		part = w.appears(t, "a notification in the picture "+name, name, before)
		w.hand.move(t, w.body(part))
	}
	return part
}

// appears waits until there is something on the screen that was not there before,
// and returns where.
func (w *whole) appears(t *testing.T, what, name string, before *image.RGBA) (part image.Rectangle) {
	t.Helper()
	kit.Eventually(t, what, func() bool {
		picture := w.ScreenshotAfter(t, name, before)
		part = image.Rectangle{}
		for y := w.strip.Max.Y + 8; y < picture.Rect.Dy()-60; y++ {
			for x := range picture.Rect.Dx() {
				if picture.RGBAAt(x, y) != before.RGBAAt(x, y) {
					part = part.Union(image.Rect(x, y, x+1, y+1))
				}
			}
		}
		return part.Dx() > 150 && part.Dy() > 10
	})
	return part
}

// live is a life of Rekey on a desktop: the panel, which start starts in a light
// and in a dark theme, is killed; the tooltip, a click on the notification itself,
// its button, the menu, the window.
func (w *whole) live(t *testing.T, start func(t *testing.T, dark bool) (kill func())) {
	t.Helper()
	kill := start(t, false)
	w.WaitForPanel(t)
	w.hand.move(t, away)
	empty := w.ScreenshotAfter(t, "0-empty", nil)
	notices := w.RecordNotices(t)
	p := w.startRekey(t)
	w.item, w.pid = w.OnlyItem(t)
	w.item.WaitTooltip(t, signedIn)
	w.server.RevokeAll()
	w.item.Click(t, "Refresh now")
	w.item.WaitTooltip(t, "Works until")
	shown := 0
	told := func() {
		t.Helper()
		shown++
		notices.Wait(t, "a notification", func(n []desktop.Notice) bool { return len(n) >= shown && n[shown-1].ID != 0 })
	}
	told()
	notice := w.notice(t, "1-expiring", empty)
	w.findIcon(t, "1-expiring")
	w.hand.click(t, w.body(notice), 1)
	w.item.WaitTooltip(t, signedIn)
	w.hand.move(t, away)
	kit.Eventually(t, "a readable icon", func() bool { return readable(w.Screenshot(t, "2-healthy"), w.icon.Inset(-3)) })
	before := w.ScreenshotAfter(t, "2-healthy", nil)

	// Its button.
	refuse := func(name string) {
		t.Helper()
		// Asked for here and not by opening the menu, which panels close when rows
		// come: dbusmenu-qt does, in LXQt.
		if usage := w.startRekey(t, "usage"); usage.Wait(t) != 0 {
			t.Errorf("rekey usage says %s", usage.Output())
		}
		w.item.WaitMenu(t, "the usage", has("week"))
		w.server.RevokeAll()
		w.choose(t, name, "Refresh now")
		w.item.WaitTooltip(t, "Works until")
		told()
		w.hand.move(t, away)
	}
	refuse("3-menu-refresh")
	w.hand.click(t, w.button(w.notice(t, "4-notification", before)), 1)
	w.item.WaitTooltip(t, signedIn)

	// Another panel, and the menu's way.
	refuse("5-menu-refresh")
	kill()
	start(t, true)
	kit.Eventually(t, "the icon on the new panel", func() bool { return w.item.RegisteredOf(w.pid) > 0 })
	w.findIcon(t, "6-panel-killed")
	if !w.bare {
		before := w.ScreenshotAfter(t, "6-panel-killed", nil)
		w.hand.move(t, middle(w.icon))
		w.appears(t, "a tooltip in the picture 7-tooltip", "7-tooltip", before)
	}
	w.choose(t, "8-menu", "Sign in again…")
	w.item.WaitTooltip(t, signedIn)
	w.hand.move(t, away)
	kit.Eventually(t, "a readable icon", func() bool { return readable(w.Screenshot(t, "9-healthy"), w.icon.Inset(-3)) })

	// The window.
	w.choose(t, "10-menu-window", "Open Rekey…")
	w.window(t)
	kit.Eventually(t, "the window's content", func() bool { return contentDrawn(w.ScreenshotAfter(t, "11-window", nil)) })
	if code := p.Stop(t); code != 0 {
		t.Errorf("the program ended with %d", code)
	}
}

// body is where a notification that fills a part of the screen has its text.
func (w *whole) body(notice image.Rectangle) image.Point {
	return image.Pt(notice.Min.X+notice.Dx()/2, notice.Min.Y+notice.Dy()/4)
}
