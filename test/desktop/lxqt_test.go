//go:build linux

package desktop_test

import (
	"fmt"
	"image"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/desktop"
)

// lxqtPanel is a panel with nothing in it but the tray, whose icons have this size.
func lxqtPanel(iconSize int) string {
	return fmt.Sprintf(`panels=panel1
[panel1]
plugins=statusnotifier
position=Top
panelSize=%d
iconSize=%d
[statusnotifier]
type=statusnotifier
`, iconSize+10, iconSize)
}

// lxqtTheme makes the panels that start from now on light or dark.
func (w *whole) lxqtTheme(t *testing.T, dark bool) {
	name := map[bool]string{false: "light", true: "dark"}[dark]
	w.Put(t, ".config/lxqt/lxqt.conf", "[General]\nicon_theme=breeze\ntheme="+name+"\n")
}

// TestLXQt is a life of the icon on LXQt, whose panel is light, and dark after it
// was killed.
func TestLXQt(t *testing.T) {
	desktop.Require(t, desktop.WindowManager, "lxqt-panel", "lxqt-notificationd")
	w := newWhole(t, []string{"XDG_CURRENT_DESKTOP=LXQt", "QT_QPA_PLATFORMTHEME=lxqt"})
	w.Put(t, ".config/lxqt/panel.conf", lxqtPanel(22))
	w.StartDisplay(t)
	w.strip = image.Rect(0, 0, 1280, 32)
	w.button = func(notice image.Rectangle) image.Point { return notice.Max.Sub(image.Pt(60, 25)) }
	w.Start(t, nil, string(desktop.WindowManager))
	w.lxqtTheme(t, false)
	w.Start(t, nil, "lxqt-notificationd")
	w.live(t, func(t *testing.T, dark bool) func() {
		w.lxqtTheme(t, dark)
		return w.killer(t, nil, "lxqt-panel")
	})
}

// TestIconSizes: in each size that panels show, on light and on dark, the icon fills
// its room and can be read.
func TestIconSizes(t *testing.T) {
	desktop.Require(t, desktop.WindowManager, "lxqt-panel")
	w := newWhole(t, []string{"XDG_CURRENT_DESKTOP=LXQt", "QT_QPA_PLATFORMTHEME=lxqt"})
	w.StartDisplay(t)
	w.Start(t, nil, string(desktop.WindowManager))
	panel := func(size int, dark bool) (kill func()) {
		w.Put(t, ".config/lxqt/panel.conf", lxqtPanel(size))
		w.strip = image.Rect(0, 0, 1280, size+10)
		w.lxqtTheme(t, dark)
		defer w.WaitForPanel(t)
		return w.killer(t, nil, "lxqt-panel")
	}
	kill := panel(22, false)
	w.server.RevokeAll()
	w.startRekey(t)
	w.item, w.pid = w.OnlyItem(t)
	w.item.Click(t, "Refresh now")
	w.item.WaitTooltip(t, "Works until")
	for _, size := range []int{16, 22, 24, 32} {
		for _, dark := range []bool{false, true} {
			name := fmt.Sprintf("%d-%t", size, dark)
			kill()
			kill = panel(size, dark)
			kit.Eventually(t, "the icon on the panel "+name, func() bool { return w.item.Registered(w.pid) > 0 })
			w.findIcon(t, name)
			if got := w.icon.Size(); max(got.X, got.Y) > size || min(got.X, got.Y) < size/2 {
				t.Errorf("%s: the icon's colour fills %v", name, got)
			}
			kit.Eventually(t, "a readable icon", func() bool { return readable(w.Screenshot(t, name), w.icon.Inset(-size/8)) })
		}
	}
}

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
