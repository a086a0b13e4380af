//go:build linux

package desktop_test

import (
	"image"
	"image/color"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/desktop"
	"rekey/test/kit/must"
)

// plasmaPanel replaces the panels by one along the top, with the plasmaTray and nothing
// else in it, and the picture behind by a colour.
const plasmaPanel = `desktops().forEach(d => {
	d.wallpaperPlugin = "org.kde.color";
	d.currentConfigGroup = ["Wallpaper", "org.kde.color", "General"];
	d.writeConfig("Color", "#3b6ea5");
});
panels().forEach(p => p.remove());
const panel = new Panel; panel.location = "top"; panel.height = 32; `
const plasmaTray = `panel.addWidget("org.kde.plasma.systemtray");`

// TestPlasma is a life of the icon on KDE Plasma on X11, whose colours are light,
// and dark after plasmashell was killed. There is no portal: the colours are those
// of kdeglobals.
func TestPlasma(t *testing.T) {
	desktop.Require(t, "kwin_x11")
	w := newPlasma(t, "XDG_SESSION_TYPE=x11")
	w.ShareEnvironment(t)
	w.Start(t, nil, "kwin_x11")
	w.live(t, w.plasma(t, plasmaPanel+plasmaTray))
}

// TestPlasmaWayland is Plasma on Wayland, in a window that fills a display of X, where
// there is a camera. Nothing but KWin knows of that display. The icon is back after
// plasmashell was killed, the notification is shown, and Rekey's window is Wayland's
// own. The menu is clicked over the bus; TestPlasma does it with the mouse.
func TestPlasmaWayland(t *testing.T) {
	desktop.Require(t, "kwin_wayland")
	const socket = "wayland-k"
	w := newPlasma(t, "XDG_SESSION_TYPE=wayland", "WAYLAND_DISPLAY="+socket, "QT_QPA_PLATFORM=wayland", "QT_QUICK_BACKEND=software")
	w.ShareEnvironment(t, "DISPLAY=")
	kwin, err := exec.LookPath("kwin_wayland")
	must.Do(t, err)
	// A copy has none of the file's capabilities, which containers do not allow.
	w.Start(t, []string{"WAYLAND_DISPLAY=", "QT_QPA_PLATFORM=", "KWIN_COMPOSE=Q"}, w.Copy(t, kwin, "kwin_wayland"),
		"--x11-display", w.Display(), "--width", "1280", "--height", "800", "--socket", socket, "--no-lockscreen")
	kit.Eventually(t, "KWin", func() bool { _, err := os.Stat(filepath.Join(w.Home(), "run", socket)); return err == nil })
	w.env = append(w.env, "DISPLAY=")
	// Notifications are in the left corner: KWin does not put them where they ask to be.
	w.strip.Min.X = 640
	start := w.plasma(t, plasmaPanel+`panel.addWidget("org.kde.plasma.panelspacer");`+plasmaTray)
	kill := start(t, false)
	w.WaitForPanel(t)
	w.hand.move(t, away)
	empty := w.ScreenshotAfter(t, "0-empty", nil)
	p := w.refused(t)
	w.appears(t, "a notification in the picture 1-expiring", "1-expiring", empty, empty.Rect)
	w.findIcon(t, "1-expiring")
	kill()
	start(t, true)
	kit.Eventually(t, "the icon on the new panel", func() bool { return w.item.Registered(w.pid) > 0 })
	w.findIcon(t, "2-panel-killed")
	w.item.Click(t, "Sign in again…")
	w.item.WaitTooltip(t, signedIn)
	kit.Eventually(t, "a readable icon", func() bool { return readable(w.Screenshot(t, "3-healthy"), w.icon.Inset(-3)) })
	w.item.Click(t, "Open Rekey…")
	kit.Eventually(t, "the window's content", func() bool { return contentDrawn(w.Screenshot(t, "4-window")) })
	if code := p.Stop(t); code != 0 {
		t.Errorf("the program ended with %d", code)
	}
}

// newPlasma makes a session of Plasma with these variables.
func newPlasma(t *testing.T, session ...string) *whole {
	t.Helper()
	desktop.Require(t, "kded5", "plasmashell", "plasma-apply-colorscheme")
	w := newWhole(t, append(session, "XDG_CURRENT_DESKTOP=KDE", "KDE_FULL_SESSION=true", "KDE_SESSION_VERSION=5"),
		"org.kde.ActivityManager", "org.kde.kglobalaccel")
	w.StartDisplay(t)
	w.strip = image.Rect(0, 0, 1280, 32)
	w.button = func(notice image.Rectangle) image.Point { return notice.Max.Sub(image.Pt(60, 30)) }
	return w
}

// plasma starts what the panel needs besides a window manager, and returns what starts
// the panel that a script makes.
func (w *whole) plasma(t *testing.T, script string) (start func(t *testing.T, dark bool) (kill func())) {
	t.Helper()
	bus := w.Connect(t)
	// plasmashell does not wait for it.
	must.Do(t, bus.BusObject().Call("org.freedesktop.DBus.StartServiceByName", 0, "org.kde.ActivityManager", uint32(0)).Err)
	w.Start(t, nil, "kded5")
	return func(t *testing.T, dark bool) func() {
		scheme := map[bool]string{false: "BreezeLight", true: "BreezeDark"}[dark]
		if out, err := w.Run(t, "plasma-apply-colorscheme", scheme); err != nil {
			t.Errorf("%s: %v\n%s", scheme, err, out)
		}
		stale, _ := filepath.Glob(filepath.Join(w.Home(), ".cache", "plasma*")) // a panel in other colours
		for _, file := range stale {
			_ = os.RemoveAll(file)
		}
		panel := w.Start(t, nil, "plasmashell", "--no-respawn")
		w.WaitForNotifier(t) // it comes with the panel
		if !dark {
			kit.Eventually(t, "the panel", func() bool {
				return bus.Object("org.kde.plasmashell", "/PlasmaShell").Call("org.kde.PlasmaShell.evaluateScript", 0, script).Err == nil
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
	}
}
