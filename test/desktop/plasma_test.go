//go:build linux

package desktop_test

import (
	"image"
	"image/color"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/desktop"
)

// plasmaPanel replaces the panels by one along the top, with the tray and nothing
// else in it, and the picture behind by a colour.
const plasmaPanel = `desktops().forEach(d => {
	d.wallpaperPlugin = "org.kde.color";
	d.currentConfigGroup = ["Wallpaper", "org.kde.color", "General"];
	d.writeConfig("Color", "#3b6ea5");
});
panels().forEach(p => p.remove());
const panel = new Panel; panel.location = "top"; panel.height = 32; panel.addWidget("org.kde.plasma.systemtray")`

// TestPlasma is a life of the icon on KDE Plasma on X11, whose colours are light,
// and dark after plasmashell was killed. There is no portal: the colours are those
// of kdeglobals.
func TestPlasma(t *testing.T) {
	desktop.Require(t, "kded5", "kwin_x11", "plasmashell", "plasma-apply-colorscheme")
	w := newWhole(t, []string{"XDG_CURRENT_DESKTOP=KDE", "KDE_FULL_SESSION=true", "KDE_SESSION_VERSION=5"},
		"org.kde.ActivityManager", "org.kde.kglobalaccel")
	w.StartDisplay(t)
	w.ShareEnvironment(t)
	w.strip = image.Rect(0, 0, 1280, 32)
	w.button = func(notice image.Rectangle) image.Point { return notice.Max.Sub(image.Pt(60, 30)) }
	bus := w.Connect(t)
	// plasmashell does not wait for it.
	if err := bus.BusObject().Call("org.freedesktop.DBus.StartServiceByName", 0, "org.kde.ActivityManager", uint32(0)).Err; err != nil {
		t.Fatal(err)
	}
	w.Start(t, nil, "kded5")
	w.Start(t, nil, "kwin_x11")
	w.live(t, func(t *testing.T, dark bool) func() {
		scheme := map[bool]string{false: "BreezeLight", true: "BreezeDark"}[dark]
		if out, err := w.Run(t, "plasma-apply-colorscheme", scheme); err != nil {
			t.Errorf("%s: %v\n%s", scheme, err, out)
		}
		panel := w.Start(t, nil, "plasmashell", "--no-respawn")
		w.WaitForNotifier(t) // it comes with the panel
		if !dark {
			kit.Eventually(t, "the panel", func() bool {
				return bus.Object("org.kde.plasmashell", "/PlasmaShell").Call("org.kde.PlasmaShell.evaluateScript", 0, plasmaPanel).Err == nil
			})
			kit.Eventually(t, "the light panel", func() bool {
				picture := w.Screenshot(t, "0-empty")
				return picture.RGBAAt(640, 16).R > 0xb0 && picture.RGBAAt(640, 400) == color.RGBA{0x3b, 0x6e, 0xa5, 0xff}
			})
		}
		return func() {
			panel.Kill(t) // the watcher is kded's, and stays
			w.WaitForNoNotifier(t)
		}
	})
}
