//go:build linux

package desktop_test

import (
	"image"
	"testing"

	"rekey/test/kit/desktop"
)

// TestLXQt is a life of the icon on LXQt's panel, light and dark.
func TestLXQt(t *testing.T) {
	for _, theme := range []string{"light", "dark"} {
		t.Run(theme, func(t *testing.T) { testLXQt(t, theme) })
	}
}

func testLXQt(t *testing.T, theme string) {
	desktop.Require(t, desktop.WindowManager, "lxqt-panel", "lxqt-notificationd")
	w := newWhole(t, []string{"XDG_CURRENT_DESKTOP=LXQt", "QT_QPA_PLATFORMTHEME=lxqt"})
	w.Put(t, ".config/lxqt/lxqt.conf", "[General]\nicon_theme=breeze\ntheme="+theme+"\n")
	w.Put(t, ".config/lxqt/panel.conf", "panels=panel1\n[panel1]\nplugins=statusnotifier\nposition=Top\npanelSize=32\niconSize=22\n[statusnotifier]\ntype=statusnotifier\n")
	w.StartDisplay(t)
	w.ShareEnvironment(t)
	w.strip = image.Rect(0, 0, 1280, 32)
	w.Start(t, nil, string(desktop.WindowManager))
	w.Start(t, nil, "lxqt-notificationd")
	w.live(t, func(t *testing.T) *desktop.Process { return w.Start(t, nil, "lxqt-panel") },
		func(notice image.Rectangle) image.Point { return notice.Max.Sub(image.Pt(60, 25)) })
}
