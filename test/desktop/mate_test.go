//go:build linux

package desktop_test

import (
	"image"
	"testing"

	"rekey/test/kit/desktop"
)

// TestMATE is a life of the icon on MATE, whose panel is light, and dark after it
// was killed.
func TestMATE(t *testing.T) {
	desktop.Require(t, desktop.WindowManager, "mate-panel")
	w := newWhole(t, []string{"XDG_CURRENT_DESKTOP=MATE", "GSETTINGS_BACKEND=memory"},
		"org.mate.panel.applet.NotificationAreaAppletFactory", "org.mate.panel.applet.ClockAppletFactory",
		"org.mate.panel.applet.WnckletFactory", "org.freedesktop.mate.Notifications")
	w.StartDisplay(t)
	w.strip = image.Rect(640, 0, 1280, 27)
	w.button = func(notice image.Rectangle) image.Point { return notice.Max.Sub(image.Pt(60, 25)) }
	w.Start(t, nil, string(desktop.WindowManager))
	themes := map[bool]string{false: "GTK_THEME=Adwaita", true: "GTK_THEME=Adwaita:dark"}
	w.live(t, func(t *testing.T, dark bool) func() {
		w.ShareEnvironment(t, themes[dark]) // the panel's parts are started by the bus
		return w.killer(t, []string{themes[dark]}, "mate-panel")
	})
}
