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
	"time"

	"rekey/test/kit"
	"rekey/test/kit/desktop"
)

// TestTwoBars: two bars on one bus show the icon once each. When one is killed the
// other keeps the icon, and the one that is started again gets it and becomes the
// watcher. The watcher itself is not killed: the other bar becomes it again, has the item,
// and shows none (https://github.com/Alexays/Waybar/issues/3442, in 0.9.17; fixed by its
// pull request 3443). A bar that is there already may miss the icon when another becomes
// the watcher: it asks for the items, then registers itself, and follows changes only once
// that is answered; what came in between it never shows
// (https://github.com/Alexays/Waybar/issues/3564, seen on the bus with 0.9.17; fixed on
// its main branch in 2026). So the other bar is started again then.
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
	shown := func(name string, strip image.Rectangle) {
		t.Helper()
		w.strip = strip
		w.findIcon(t, name)
	}
	soon := func(name string, strip image.Rectangle) bool {
		t.Helper()
		w.strip = strip
		for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); {
			if w.seesIcon(t, name) {
				return true
			}
		}
		return false
	}
	// joined starts a bar, which becomes the watcher, until both show the icon.
	joined := func(position, name string) *desktop.Process {
		t.Helper()
		for range 5 {
			started := bar(position)
			if soon(name, top) && soon(name, bottom) {
				return started
			}
			started.Kill(t)
		}
		t.Fatalf("the bars do not both show the icon in the picture %s", name)
		return nil
	}
	first := bar("top")
	w.WaitForPanel(t)
	p := w.refused(t)
	shown("0-one", top)
	second := joined("bottom", "1-both")
	first.Kill(t)
	shown("2-first-killed", bottom)
	joined("top", "3-first-again")
	second.Kill(t)
	shown("4-second-killed", top)
	joined("bottom", "5-second-again")
	w.item.Click(t, "Sign in again…")
	w.item.WaitTooltip(t, signedIn)
	if code := p.Stop(t); code != 0 {
		t.Errorf("the program ended with %d", code)
	}
}
