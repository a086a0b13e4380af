//go:build linux

package desktop_test

import (
	"image"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/desktop"
)

// TestSwayMenu has waybar's menu opened by either button of the mouse, and a row
// clicked. The mouse is that of a display of X, in which sway runs for this: its own
// displays that nobody sees have none.
//
// waybar 0.9.17 has its menus opened without the keyboard, so that arrows and letters
// do nothing in them, and shows no access keys, not while Alt is held either.
func TestSwayMenu(t *testing.T) {
	desktop.Require(t, "sway", "waybar")
	w := newWhole(t, []string{"WLR_BACKENDS=x11", "WLR_RENDERER=pixman", "XDG_CURRENT_DESKTOP=sway", "WAYLAND_DISPLAY=wayland-1"})
	w.StartDisplay(t)
	w.strip = image.Rect(640, 0, 1280, 25)
	w.Put(t, "sway", "output * bg #3b6ea5 solid_color\noutput X11-1 resolution 1280x800\n")
	w.Put(t, "waybar.config", `{"position":"top","height":25,"modules-right":["tray"],"tray":{"icon-size":21}}`)
	w.Start(t, []string{"WAYLAND_DISPLAY="}, "sway", "--config", filepath.Join(w.Home(), "sway"))
	kit.Eventually(t, "sway's socket", func() bool { _, err := os.Stat(filepath.Join(w.Home(), "run", "wayland-1")); return err == nil })
	w.Start(t, nil, "waybar", "--config", filepath.Join(w.Home(), "waybar.config"))
	w.WaitForPanel(t)
	w.refused(t)
	w.findIcon(t, "1-icon")
	w.opens = 1
	w.press(t, "2-left", "Sign in again…")
	w.item.WaitTooltip(t, signedIn)
	w.askUsage(t)
	refreshes := w.server.Refreshes()
	w.opens = 3
	w.press(t, "3-right", "Refresh now")
	kit.Eventually(t, "a refresh", func() bool { return w.server.Refreshes() > refreshes })
}

// press opens the icon's menu and clicks on a row of the menu itself.
func (w *whole) press(t *testing.T, name, row string) {
	t.Helper()
	w.hand.move(t, away)
	closed := w.ScreenshotAfter(t, name, nil)
	w.inMenu(t, name, row, func(menu desktop.Menu, opened *image.RGBA) bool {
		shown, below := textRows(opened, w.difference(closed, opened)), 0
		for _, line := range slices.Backward(menu) {
			switch {
			case line.Visible && strings.HasPrefix(line.Label, row):
				w.hand.click(t, shown[len(shown)-1-below], 1)
				return true
			case line.Visible && !line.Separator:
				below++
			}
		}
		return false
	})
}

// textRows are in the middles of the rows of text in a light menu, from top to bottom.
// Lines between them are no rows, nor is what is below the menu, because nothing light
// follows it. What is looked at is the rows' beginnings, without check marks, for a
// tooltip may lie beside them.
func textRows(picture *image.RGBA, menu image.Rectangle) (rows []image.Point) {
	began, left := menu.Min.Y, menu.Min.X+25
	for y := menu.Min.Y; y < menu.Max.Y; y++ {
		dark := false
		for x := left; x < left+60; x++ {
			dark = dark || color.GrayModel.Convert(picture.RGBAAt(x, y)).(color.Gray).Y < 0xc8
		}
		if dark {
			continue
		}
		if y-began > 3 {
			rows = append(rows, image.Pt(left+20, (began+y)/2))
		}
		began = y + 1
	}
	return rows
}
