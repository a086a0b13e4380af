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

	"rekey/test/kit"
	"rekey/test/kit/desktop"
)

// TestTwoBars: two bars on one bus show the icon once each. When one is killed the
// other keeps the icon, and the one that is started again gets it and becomes the
// watcher. The watcher itself is not killed: the other bar becomes it again, has the item,
// and shows none (https://github.com/Alexays/Waybar/issues/3442, in 0.9.17; fixed by its
// pull request 3443).
func TestTwoBars(t *testing.T) {
	desktop.Require(t, "sway", "waybar", "grim")
	w := newWhole(t, swaySession())
	w.Put(t, "sway", "output * bg #3b6ea5 solid_color\noutput HEADLESS-1 resolution 1000x600\n")
	w.Start(t, []string{"WAYLAND_DISPLAY="}, "sway", "--config", filepath.Join(w.Home(), "sway"))
	kit.Eventually(t, "sway's socket", func() bool { _, err := os.Stat(filepath.Join(w.Home(), "run", "wayland-1")); return err == nil })
	w.UseCamera(func() (image.Image, error) {
		encoded, err := w.Run(t, "grim", "-")
		if err != nil {
			return nil, err
		}
		return png.Decode(strings.NewReader(encoded))
	})
	top, bottom := image.Rect(800, 0, 1000, 25), image.Rect(800, 575, 1000, 600)
	bar := func(position string) *desktop.Process {
		t.Helper()
		config := position + ".config"
		w.Put(t, config, fmt.Sprintf(`{"position":%q,"height":25,"modules-right":["tray"],"tray":{"icon-size":21}}`, position))
		return w.Start(t, nil, "waybar", "--config", filepath.Join(w.Home(), config))
	}
	shown := func(name string, strips ...image.Rectangle) {
		t.Helper()
		for _, w.strip = range strips {
			w.findIcon(t, name)
		}
	}
	first := bar("top")
	w.WaitForPanel(t)
	second := bar("bottom")
	p := w.refused(t)
	shown("1-both", bottom, top) // the bottom one is the watcher
	first.Kill(t)
	shown("2-first-killed", bottom)
	bar("top")
	shown("3-first-again", top, bottom)
	second.Kill(t)
	shown("4-second-killed", top)
	bar("bottom")
	shown("5-second-again", bottom, top)
	w.item.Click(t, "Sign in again…")
	w.item.WaitTooltip(t, signedIn)
	if code := p.Stop(t); code != 0 {
		t.Errorf("the program ended with %d", code)
	}
}
