//go:build linux

package desktop_test

import (
	"image"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/browser"
	"rekey/test/kit/desktop"
	"rekey/test/kit/must"
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
	// keyless: the panel heeds no access keys, as GNOME's does not.
	keyless bool
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
	must.Do(t, err)
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

// refused starts Rekey, whose sign-in is refused then.
func (w *whole) refused(t *testing.T) *desktop.Process {
	t.Helper()
	p := w.startRekey(t)
	w.item, w.pid = w.OnlyItem(t)
	w.item.WaitTooltip(t, signedIn)
	w.server.RevokeAll()
	w.item.Click(t, "Refresh now")
	w.item.WaitTooltip(t, "Works until")
	return p
}

// askUsage has the menu show the usage. If opening the menu asked for it, its rows would
// come while it is open.
func (w *whole) askUsage(t *testing.T) {
	t.Helper()
	if usage := w.startRekey(t, "usage"); usage.Wait(t) != 0 {
		t.Errorf("rekey usage says %s", usage.Output())
	}
	w.item.WaitMenu(t, "the usage", has("week"))
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
	p := w.refused(t)
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
		w.askUsage(t)
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
	kit.Eventually(t, "the icon on the new panel", func() bool { return w.item.Registered(w.pid) > 0 })
	w.findIcon(t, "6-panel-killed")
	if !w.bare {
		before := w.ScreenshotAfter(t, "6-panel-killed", nil)
		w.hand.move(t, middle(w.icon))
		under := w.strip.Add(image.Pt(0, w.strip.Dy())) // elsewhere it may be a notification, which follows the theme
		w.appears(t, "a tooltip in the picture 7-tooltip", "7-tooltip", before, under)
	}
	w.choose(t, "8-menu", "Sign in again…")
	w.item.WaitTooltip(t, signedIn)
	w.hand.move(t, away)
	kit.Eventually(t, "a readable icon", func() bool { return readable(w.Screenshot(t, "9-healthy"), w.icon.Inset(-3)) })

	// The window.
	if w.keyless {
		w.choose(t, "10-menu-window", "Open Rekey…")
	} else {
		w.chooseByKey(t, "10-menu-window", "Open Rekey…")
	}
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
