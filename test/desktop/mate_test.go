//go:build linux

package desktop_test

import (
	"image"
	"testing"

	"rekey/test/kit/desktop"
)

// TestMATE is a life of the icon on MATE's panel, light and dark.
func TestMATE(t *testing.T) {
	for _, theme := range []string{"light", "dark"} {
		t.Run(theme, func(t *testing.T) { testMATE(t, theme) })
	}
}

func testMATE(t *testing.T, theme string) {
	desktop.Require(t, desktop.WindowManager, "mate-panel")
	gtk := map[string]string{"light": "Adwaita", "dark": "Adwaita:dark"}
	w := newWhole(t, []string{"XDG_CURRENT_DESKTOP=MATE", "GSETTINGS_BACKEND=memory", "GTK_THEME=" + gtk[theme]},
		"org.mate.panel.applet.NotificationAreaAppletFactory", "org.mate.panel.applet.ClockAppletFactory",
		"org.mate.panel.applet.WnckletFactory", "org.freedesktop.mate.Notifications", "ca.desrt.dconf")
	w.StartDisplay(t)
	w.ShareEnvironment(t)
	w.strip = image.Rect(640, 0, 1280, 27)
	w.Start(t, nil, string(desktop.WindowManager))
	w.live(t, func(t *testing.T) *desktop.Process { return w.Start(t, nil, "mate-panel") },
		func(notice image.Rectangle) image.Point { return notice.Max.Sub(image.Pt(60, 25)) })
}
