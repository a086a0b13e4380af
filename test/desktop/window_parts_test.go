//go:build linux

package desktop_test

import (
	"image"
	"image/color"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// testWindowCode: by the keys alone to a code, which a phone can read from the
// screen; and a second home, which has its own sign-in.
func testWindowCode(t *testing.T, program, windowProgram string) {
	const reader = "zbarimg"
	if _, err := exec.LookPath(reader); err != nil {
		kit.Missing(t, reader+" (Debian package zbar-tools)")
	}
	r := newRigWith(t, program, box.Config{AccessLife: time.Hour, DeviceInterval: time.Second})
	must.Do(t, r.home.Replace(box.AuthJSON(box.WithAPIKey("sk-not-a-real-key"))))
	r.startRekey(t, "watch")
	first := r.socket(t)
	other := filepath.Join(r.Home(), "other")
	must.Do(t, os.Mkdir(other, 0o700))
	r.startRekey(t, "watch", "--home", other)
	second := ""
	kit.Eventually(t, "the second agent's socket", func() bool {
		for _, socket := range sockets(t, r.Desktop) {
			if socket != first {
				second = socket
			}
		}
		return second != ""
	})
	shown := r.Start(t, nil, windowProgram, "--socket", first, "--socket", second)
	window := r.WaitWindow(t, "Rekey: Using an API key")
	if !r.HasClass(t, window, "Rekey") {
		t.Error("the window's class is not that of the desktop entry")
	}
	// The choice of the home, the main button, the other ways: the first is a code.
	r.Press(t, window, "Tab", "Tab", "Tab", "Return")
	r.ScreenshotAfter(t, "1-ways", nil)
	r.Press(t, window, "Return")
	r.WaitTitle(t, window, "Rekey: Signing in…")
	kit.Eventually(t, "a code", func() bool { return len(r.server.DeviceCodes()) == 1 })
	page := r.server.Issuer() + "/codex/device"
	read := ""
	kit.Eventually(t, "the QR code of "+page+" on the screen", func() bool {
		r.Screenshot(t, "2-code")
		out, _ := exec.Command(reader, "--quiet", "--raw", filepath.Join("artefacts", filepath.FromSlash(t.Name()), "2-code.png")).Output()
		read = strings.TrimSpace(string(out))
		return read != ""
	})
	if read != page {
		t.Errorf("the QR code leads to %q, want %q", read, page)
	}
	must.Do(t, r.server.ApproveDevice(r.server.DeviceCodes()[0]))
	r.WaitTitle(t, window, "Rekey")
	picture := r.ScreenshotAfter(t, "3-signed-in", nil)
	// What was pressed has gone: Tab begins at the choice of the home.
	r.Press(t, window, "Tab", "Right")
	r.WaitTitle(t, window, "Rekey: Not signed in")
	r.ScreenshotAfter(t, "4-second-home", picture)
	r.closeByKeys(t, window, shown, "ctrl+w")
	kept, err := filepath.Glob(filepath.Join(r.Home(), ".config", "fyne", "*", "*"))
	must.Do(t, err)
	for _, file := range kept { // Fyne makes one whether there is something to keep or not
		if content, err := os.ReadFile(file); err != nil || strings.TrimSpace(string(content)) != "{}" {
			t.Errorf("the window keeps %s: %q, %v", file, content, err)
		}
	}
}

// testWindowSuits: light and dark, small and large, English and Chinese.
func testWindowSuits(t *testing.T, program, windowProgram string) {
	r := newRig(t, program, time.Hour)
	r.startRekey(t, "watch")
	socket := r.socket(t)
	for _, tt := range []struct{ theme, scale, language string }{
		{"light", "1", "en"},
		{"dark", "1", "zh-Hans"},
		{"light", "2", "zh-Hans"},
		{"dark", "2", "en"},
	} {
		shown := r.Start(t, []string{"FYNE_THEME=" + tt.theme, "FYNE_SCALE=" + tt.scale, "REKEY_LANGUAGE=" + tt.language}, windowProgram, "--socket", socket)
		window := r.WaitWindow(t, "Rekey")
		name := tt.theme + "-" + tt.scale + "-" + tt.language
		var picture *image.RGBA
		kit.Eventually(t, name+" to be drawn", func() bool {
			picture = r.Screenshot(t, name)
			return contentDrawn(picture)
		})
		picture = r.ScreenshotAfter(t, name, nil)
		middle := color.GrayModel.Convert(picture.At(picture.Rect.Dx()/2, picture.Rect.Dy()/2)).(color.Gray)
		if light := middle.Y > 0x80; light != (tt.theme == "light") {
			t.Errorf("%s: its middle is of the brightness %#x", name, middle.Y)
		}
		r.closeByKeys(t, window, shown, "ctrl+q")
	}
}

// contentDrawn reports whether there is something in the middle of the display, where
// the window's contents come to lie: a window that nothing is drawn in yet has
// one colour there.
func contentDrawn(picture *image.RGBA) bool {
	seen := map[color.Color]bool{}
	for y := 130; y < 600; y++ {
		for x := 500; x < 780; x++ {
			seen[picture.At(x, y)] = true
		}
	}
	return len(seen) > 20
}
