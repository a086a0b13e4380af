//go:build linux

package desktop_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"strings"
	"testing"

	"fyne.io/systray"

	"rekey/test/kit/desktop"
	"rekey/test/kit/must"
)

// childVariable makes this test's program play another one.
const childVariable = "REKEY_UITEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childVariable) {
	case "":
		os.Exit(m.Run())
	case "tray":
		// Before Run: what is set while it starts can be lost.
		systray.SetIcon(square(green))
		systray.SetTooltip("is green")
		systray.Run(trayReady, nil)
	case "environment":
		fmt.Println(strings.Join(os.Environ(), "\n"))
		os.Exit(3)
	}
}

// startChild starts this test's program in the role.
func startChild(t *testing.T, d *desktop.Desktop, role string) *desktop.Process {
	t.Helper()
	self, err := os.Executable()
	must.Do(t, err)
	return d.Start(t, []string{childVariable + "=" + role}, self)
}

var (
	green = color.RGBA{G: 0xff, A: 0xff}
	red   = color.RGBA{R: 0xff, A: 0xff}
)

// trayReady makes the menu of a green icon that a click makes red.
func trayReady() {
	change := systray.AddMenuItem("Change_it", "")
	systray.AddSeparator()
	more := systray.AddMenuItem("More", "")
	more.AddSubMenuItemCheckbox("Ticked", "", true)
	hidden := systray.AddMenuItem("Hidden", "")
	hidden.Hide()
	off := systray.AddMenuItem("Off", "")
	off.Disable()
	go func() {
		for range change.ClickedCh {
			systray.SetIcon(square(red))
			systray.SetTooltip("is red")
			change.SetTitle("Changed")
		}
	}()
}

// square is a small PNG of one colour.
func square(c color.Color) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 22, 22))
	for i := range 22 * 22 {
		img.Set(i%22, i/22, c)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		panic(err)
	}
	return out.Bytes()
}
