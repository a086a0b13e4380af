//go:build linux

package desktop_test

import (
	"bytes"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit/desktop"
	"rekey/test/kit/must"
)

func TestItemIsReadAndClicked(t *testing.T) {
	t.Parallel()
	d := desktop.New(t)
	d.StartWatcher(t)
	item := d.Item(t, startChild(t, d, "tray"))

	const want = "  Changeit\n" + // an underscore marks a key
		"  ---\n" +
		"  More\n" +
		"  ✓ Ticked\n" +
		"  (Off)\n"
	menu := item.WaitMenu(t, "these lines:\n"+want, func(m desktop.Menu) bool { return m.String() == want })
	if _, ok := menu.Find("Hidden"); ok {
		t.Error("Find finds what is not shown")
	}
	item.WaitTooltip(t, "is green")
	icon := item.Icon(t)
	if icon.Width != 22 || icon.Height != 22 || !bytes.Equal(icon.Pixels[:4], []byte{0xff, 0, 0xff, 0}) {
		t.Errorf("icon = %dx%d, first pixel %x, want 22x22, green", icon.Width, icon.Height, icon.Pixels[:4])
	}

	item.Click(t, "Change")
	item.WaitTooltip(t, "is red")
	item.WaitMenu(t, "the new label", func(m desktop.Menu) bool {
		_, ok := m.Find("Changed")
		return ok
	})
	if icon := item.Icon(t); !bytes.Equal(icon.Pixels[:4], []byte{0xff, 0xff, 0, 0}) {
		t.Errorf("first pixel %x, want red", icon.Pixels[:4])
	}
}

func TestProgramsSeeOnlyTheirDesktop(t *testing.T) {
	t.Setenv("REKEY_UITEST_SECRET", "of the machine's user")
	d := desktop.New(t)
	p := startChild(t, d, "environment")
	if code := p.Wait(t); code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
	allowed := []string{"HOME", "PATH", "LANG", "DBUS_SESSION_BUS_ADDRESS", "NO_AT_BRIDGE", "LIBGL_ALWAYS_SOFTWARE", "BROWSER",
		"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "TMPDIR", childVariable}
	for line := range strings.Lines(p.Output()) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if !slices.Contains(allowed, name) {
			t.Errorf("a program gets %s", name)
		}
		if (name == "HOME" || strings.HasPrefix(name, "XDG_")) && !strings.HasPrefix(value, d.Home()) {
			t.Errorf("%s is %s", name, value)
		}
	}
}

func TestPanelShowsIconAndNotice(t *testing.T) {
	t.Parallel()
	desktop.Require(t, desktop.DisplayServer, desktop.Camera, desktop.WindowManager, desktop.PanelProgram,
		desktop.Notifier, desktop.Mouse)
	d := desktop.New(t)
	d.StartDisplay(t)
	d.StartPanel(t)
	d.StartNotifier(t)
	notices := d.RecordNotices(t)
	p := startChild(t, d, "tray")
	item := d.Item(t, p)

	green := d.ScreenshotAfter(t, "1-icon", nil)
	if !shows(green, color.RGBA{G: 0xff, A: 0xff}) {
		t.Error("the panel shows no green icon")
	}
	item.Click(t, "Change")
	item.WaitTooltip(t, "is red")
	if red := d.ScreenshotAfter(t, "2-changed", green); !shows(red, color.RGBA{R: 0xff, A: 0xff}) {
		t.Error("the panel shows no red icon")
	}
	before := d.Screenshot(t, "3-before-menu")
	d.OpenMenu(t)
	menu := d.ScreenshotAfter(t, "4-menu", before)
	d.CloseMenu(t)
	d.ScreenshotAfter(t, "5-menu-closed", menu)

	daemon := d.Connect(t).Object("org.freedesktop.Notifications", "/org/freedesktop/Notifications")
	var id uint32
	err := daemon.Call("org.freedesktop.Notifications.Notify", 0, "test", uint32(0), "", "Summary", "Body",
		[]string{"key", "Label"}, map[string]dbus.Variant{}, int32(-1)).Store(&id)
	must.Do(t, err)
	sent := notices.Wait(t, "the notification with its ID", func(n []desktop.Notice) bool { return len(n) == 1 && n[0].ID != 0 })
	if sent[0].ID != id || sent[0].Summary != "Summary" || !slices.Equal(sent[0].Actions, []string{"key", "Label"}) {
		t.Errorf("recorded %+v, want ID %d", sent[0], id)
	}
	must.Do(t, daemon.Call("org.freedesktop.Notifications.CloseNotification", 0, id).Err)
	notices.Wait(t, "its withdrawal", func(n []desktop.Notice) bool { return n[0].Withdrawn })
	if code := p.Stop(t); code == 0 {
		t.Error("systray's program ended by itself, want by the signal")
	}
}

// shows reports whether the panel has the colour anywhere.
func shows(picture *image.RGBA, want color.RGBA) bool {
	for i := range 32 * 32 { // its left end, where the icon is
		if picture.RGBAAt(i%32, i/32) == want {
			return true
		}
	}
	return false
}
