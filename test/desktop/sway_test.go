//go:build linux

package desktop_test

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/desktop"
)

// TestSway is the demo on a real Wayland desktop that nobody sees: sway, waybar's
// tray and mako. A click on the notification itself signs in, and the icon is back
// after the bar was killed, and after the output was off. Its pictures are kept in artefacts.
//
// sway refuses to run for root, so root runs it all as nobody.
func TestSway(t *testing.T) {
	desktop.Require(t, "sway", "waybar", "mako", "makoctl", "grim", "swaymsg")
	s := newSway(t, kit.Rekey(t))
	s.Start(t, []string{"WAYLAND_DISPLAY="}, "sway", "--config", filepath.Join(s.Home(), "sway"))
	kit.Eventually(t, "sway's socket", func() bool { _, err := os.Stat(s.runtime("wayland-1")); return err == nil })
	s.Start(t, nil, "mako")
	kit.Eventually(t, "mako", func() bool { _, err := s.Run(t, "makoctl", "list"); return err == nil })
	bar := s.startBar()

	demo := s.Start(t, nil, s.program, "demo")
	station := func(line string) {
		t.Helper()
		kit.Eventually(t, line, says(demo, "\n"+line))
	}
	station("4  ")
	s.keep("1-expiring")
	message, err := s.Run(t, "makoctl", "list")
	if err != nil || !strings.Contains(message, `"default":""`) || !strings.Contains(message, "Codex still works until ") {
		t.Errorf("mako shows %s, %v", message, err)
	}
	bar.Kill(t)
	s.WaitForNoPanel(t)
	s.startBar()
	s.keep("2-bar-restarted")
	// The screen goes off and on, as at night.
	sockets, err := filepath.Glob(s.runtime("sway-ipc.*.sock"))
	if err != nil || len(sockets) != 1 {
		t.Fatalf("sway's sockets are %v, %v", sockets, err)
	}
	for _, turn := range []string{"disable", "enable"} {
		if out, err := s.Run(t, "swaymsg", "--socket", sockets[0], "output", "HEADLESS-1", turn); err != nil {
			t.Fatalf("the output, %s: %v\n%s", turn, err, out)
		}
	}
	s.keep("3-output-again")
	if _, err := s.Run(t, "makoctl", "invoke"); err != nil { // the default action, as a click
		t.Fatal(err)
	}
	station("5  ")
	s.keep("4-signed-in")
	if code := demo.Wait(t); code != 0 {
		t.Errorf("the demo ended with %d", code)
	}
	if strings.Contains(demo.Output(), "systray error") {
		t.Errorf("it prints what is nobody's business:\n%s", demo.Output())
	}
}

// sway is a session on a desktop without a display of X.
type sway struct {
	*desktop.Desktop
	t       *testing.T
	program string
}

// swaySession is the environment of a sway that nobody sees.
func swaySession() []string {
	return []string{
		"WLR_BACKENDS=headless", "WLR_RENDERER=pixman", "WLR_LIBINPUT_NO_DEVICES=1", "XDG_CURRENT_DESKTOP=sway", "WAYLAND_DISPLAY=wayland-1",
	}
}

func newSway(t *testing.T, program string) *sway {
	t.Helper()
	d := desktop.NewPlain(t, swaySession())
	d.Put(t, "sway", "output * bg #3b6ea5 solid_color\noutput HEADLESS-1 resolution 1000x600\n")
	d.Put(t, "waybar.config", `{"position":"top","modules-right":["tray","clock"],"tray":{"icon-size":21}}`)
	return &sway{d, t, d.Copy(t, program, "rekey")}
}

// runtime is a file of the session's folder for them.
func (s *sway) runtime(name string) string { return filepath.Join(s.Home(), "run", name) }

// startBar starts waybar and waits until its tray is there.
func (s *sway) startBar() *desktop.Process {
	s.t.Helper()
	bar := s.Start(s.t, nil, "waybar", "--config", filepath.Join(s.Home(), "waybar.config"))
	s.WaitForPanel(s.t)
	return bar
}

// keep waits until the bar shows something in its right corner, beside the
// clock, and keeps a picture of the screen.
func (s *sway) keep(name string) {
	s.t.Helper()
	var screen *image.NRGBA
	kit.Eventually(s.t, "the icon in the picture "+name, func() bool {
		encoded, err := s.Run(s.t, "grim", "-")
		if err != nil {
			return false
		}
		picture, err := png.Decode(bytes.NewReader([]byte(encoded)))
		if err != nil {
			return false
		}
		screen = image.NewNRGBA(picture.Bounds())
		draw.Draw(screen, screen.Rect, picture, image.Point{}, draw.Src)
		// The icon's rim and its white or amber are the lightest and the darkest
		// there is in waybar's tray.
		light, dark := 0, 0
		for x := 880; x < 945; x++ {
			for y := range 21 {
				switch c := screen.NRGBAAt(x, y); {
				case c.R > 0xe0:
					light++
				case c.R < 0x40 && c.G < 0x40 && c.B < 0x48:
					dark++
				}
			}
		}
		return light > 20 && dark > 20
	})
	s.Keep(s.t, name, screen)
}
