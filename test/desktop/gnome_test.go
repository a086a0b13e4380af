//go:build linux

package desktop_test

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit"
	"rekey/test/kit/desktop"
	"rekey/test/kit/must"
)

const appIndicator = "ubuntu-appindicators@ubuntu.com"

// TestGNOME is a life on a GNOME Shell that nobody sees. Without the AppIndicator
// extension Rekey says once which one shows the icon, and so does doctor; when it
// is switched on, the icon is there, and again after the screen and the extension
// were switched off and on: the shell cannot be killed, because it is the display
// too. GNOME has no tooltips, and its bar is dark in both styles.
func TestGNOME(t *testing.T) {
	desktop.Require(t, "gnome-shell", "gjs", "/usr/bin/python3", "gdbus")
	w := newWhole(t, []string{"XDG_CURRENT_DESKTOP=GNOME", "XDG_SESSION_TYPE=wayland", "GSETTINGS_BACKEND=memory"},
		"org.gnome.Shell.Notifications")
	w.startLogind(t)
	w.Start(t, nil, "gnome-shell", "--unsafe-mode", "--headless", "--virtual-monitor", "1280x800", "--wayland-display=wayland-g")
	g := &gnome{w: w, shell: w.Connect(t)}
	kit.Eventually(t, "the shell", func() bool { return g.up() })
	w.UseCamera(g.camera)
	w.env = append(w.env, "WAYLAND_DISPLAY=wayland-g")
	w.hand, w.opens, w.bare, w.keyless, w.strip = g, 1, true, true, image.Rect(640, 0, 1195, 27)
	w.button = func(notice image.Rectangle) image.Point { return image.Pt(middle(notice).X, notice.Max.Y-25) }
	w.window = func(t *testing.T) {
		kit.Eventually(t, "the window", func() bool {
			titles, err := g.titles()
			return err == nil && strings.Contains(titles, "Rekey")
		})
	}
	g.do(t, `const C = imports.gi.Clutter, seat = C.get_default_backend().get_default_seat();
		global.mouse = seat.create_virtual_device(C.InputDeviceType.POINTER_DEVICE);
		global.keys = seat.create_virtual_device(C.InputDeviceType.KEYBOARD_DEVICE);
		const tray = Main.messageTray, timeout = tray._updateNotificationTimeout;
		tray._updateNotificationTimeout = ms => timeout.call(tray, ms ? 600000 : 0); // banners wait for their click
		Main.messageTray.getSources().forEach(s => s.destroy()); // "Screen Lock disabled"
		Main.overview.hide();`)
	must.Do(t, g.shell.BusObject().Call("org.freedesktop.DBus.StartServiceByName", 0, "org.gnome.Shell.Notifications", uint32(0)).Err)
	g.withoutExtension(t)
	w.live(t, func(t *testing.T, _ bool) func() {
		g.do(t, fmt.Sprintf("Main.extensionManager.enableExtension(%q)", appIndicator))
		w.WaitForPanel(t)
		return func() {
			g.darken(t)
			w.findIcon(t, "5-screen-again")
			g.do(t, fmt.Sprintf("Main.extensionManager.disableExtension(%q)", appIndicator))
			w.WaitForNoPanel(t)
		}
	})
}

// startLogind starts a bus that the session takes for the system's, with a
// stand-in for logind on it.
func (w *whole) startLogind(t *testing.T) {
	t.Helper()
	w.StartSystemBus(t)
	w.Start(t, nil, "/usr/bin/python3", "-m", "dbusmock", "--system", "--template", "logind")
	kit.Eventually(t, "logind", func() bool {
		out, err := w.Run(t, "gdbus", "introspect", "--system", "--dest", "org.freedesktop.login1", "--object-path", "/org/freedesktop/login1")
		return err == nil && strings.Contains(out, "org.freedesktop.login1.Manager")
	})
}

// gnome is the shell, which does what it is told in JavaScript.
type gnome struct {
	w     *whole
	shell *dbus.Conn
}

// withoutExtension: one sentence, once, by a notification, and in doctor.
func (g *gnome) withoutExtension(t *testing.T) {
	t.Helper()
	notices := g.w.RecordNotices(t)
	p := g.w.startRekey(t)
	said := notices.Wait(t, "the word about the extension", func(n []desktop.Notice) bool { return len(n) == 1 && n[0].ID != 0 })
	if !strings.Contains(said[0].Body, "gnome-shell-extension-appindicator") {
		t.Errorf("it says %+v", said)
	}
	g.w.ScreenshotAfter(t, "0-without-extension", nil)
	doctor := g.w.startRekey(t, "doctor")
	doctor.Wait(t)
	if !strings.Contains(doctor.Output(), "install the package gnome-shell-extension-appindicator") {
		t.Errorf("doctor says\n%s", doctor.Output())
	}
	g.do(t, "Main.messageTray.getSources().forEach(s => s.destroy())")

	// There is no menu: the window has its Quit.
	if window := g.w.startRekey(t, "window"); window.Wait(t) != 0 {
		t.Errorf("rekey window says %s", window.Output())
	}
	g.w.window(t)
	kit.Eventually(t, "the window's content", func() bool { return contentDrawn(g.w.ScreenshotAfter(t, "0-window", nil)) })
	for _, key := range toQuit[:5] {
		g.key(t, key)
	}
	about := g.w.ScreenshotAfter(t, "0-window-about", nil)
	for _, key := range toQuit[5:] {
		g.key(t, key)
	}
	g.w.ScreenshotAfter(t, "0-window-quit", about)
	g.key(t, "Return")
	if code := p.Wait(t); code != 0 {
		t.Errorf("the program ended with %d:\n%s", code, p.Output())
	}
	kit.Eventually(t, "no window", func() bool { titles, err := g.titles(); return err == nil && !strings.Contains(titles, "Rekey") })
}

// darken switches the screen off and on, as at night.
func (g *gnome) darken(t *testing.T) {
	t.Helper()
	screens := g.shell.Object("org.gnome.Mutter.DisplayConfig", "/org/gnome/Mutter/DisplayConfig")
	for _, mode := range []int32{3, 0} {
		must.Do(t, screens.SetProperty("org.gnome.Mutter.DisplayConfig.PowerSaveMode", dbus.MakeVariant(mode)))
	}
}

// titles are those of the windows.
func (g *gnome) titles() (string, error) {
	return g.eval("global.get_window_actors().map(w => w.meta_window.title).join()")
}

// eval has the shell evaluate an expression, and returns it as JSON.
func (g *gnome) eval(script string) (result string, err error) {
	var ok bool
	call := g.shell.Object("org.gnome.Shell", "/org/gnome/Shell").Call("org.gnome.Shell.Eval", 0, script)
	if err := call.Store(&ok, &result); err != nil {
		return "", err
	}
	if !ok {
		return "", fmt.Errorf("the shell says %s", result)
	}
	return result, nil
}

func (g *gnome) up() bool {
	result, err := g.eval("Main.layoutManager._startingUp")
	return err == nil && result == "false"
}

func (g *gnome) do(t *testing.T, script string) {
	t.Helper()
	must.Get(g.eval(script))(t)
}

func (g *gnome) camera() (image.Image, error) {
	path := filepath.Join(g.w.Home(), "tmp", "screen.png")
	var ok bool
	var used string
	err := g.shell.Object("org.gnome.Shell.Screenshot", "/org/gnome/Shell/Screenshot").
		Call("org.gnome.Shell.Screenshot.Screenshot", 0, false, false, path).Store(&ok, &used)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return png.Decode(file)
}

func (g *gnome) move(t *testing.T, at image.Point) {
	g.do(t, fmt.Sprintf("global.mouse.notify_absolute_motion(imports.gi.GLib.get_monotonic_time(), %d, %d)", at.X, at.Y))
}

func (g *gnome) click(t *testing.T, at image.Point, button int) {
	g.move(t, at)
	for _, state := range []string{"PRESSED", "RELEASED"} {
		g.do(t, fmt.Sprintf("global.mouse.notify_button(imports.gi.GLib.get_monotonic_time(), %d, imports.gi.Clutter.ButtonState.%s)", button, state))
	}
}

func (g *gnome) key(t *testing.T, name string) {
	for _, state := range []string{"PRESSED", "RELEASED"} {
		g.do(t, fmt.Sprintf("global.keys.notify_keyval(imports.gi.GLib.get_monotonic_time(), imports.gi.Clutter.KEY_%s, imports.gi.Clutter.KeyState.%s)", name, state))
	}
}
