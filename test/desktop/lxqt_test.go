//go:build linux

package desktop_test

import (
	"image"
	"testing"

	"rekey/test/kit/desktop"
)

// lxqtPanel is a panel with nothing in it but the tray.
const lxqtPanel = `panels=panel1
[panel1]
plugins=statusnotifier
position=Top
panelSize=32
iconSize=22
[statusnotifier]
type=statusnotifier
`

// TestLXQt is a life of the icon on LXQt, whose panel is light, and dark after it
// was killed.
func TestLXQt(t *testing.T) {
	desktop.Require(t, desktop.WindowManager, "lxqt-panel", "lxqt-notificationd")
	w := newWhole(t, []string{"XDG_CURRENT_DESKTOP=LXQt", "QT_QPA_PLATFORMTHEME=lxqt"})
	w.Put(t, ".config/lxqt/panel.conf", lxqtPanel)
	w.StartDisplay(t)
	w.strip = image.Rect(0, 0, 1280, 32)
	w.button = func(notice image.Rectangle) image.Point { return notice.Max.Sub(image.Pt(60, 25)) }
	w.Start(t, nil, string(desktop.WindowManager))
	themes := map[bool]string{false: "light", true: "dark"}
	theme := func(dark bool) {
		w.Put(t, ".config/lxqt/lxqt.conf", "[General]\nicon_theme=breeze\ntheme="+themes[dark]+"\n")
	}
	theme(false)
	w.Start(t, nil, "lxqt-notificationd")
	w.live(t, func(t *testing.T, dark bool) func() {
		theme(dark)
		return w.killer(t, nil, "lxqt-panel")
	})
}
