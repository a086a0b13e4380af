//go:build linux

package desktop_test

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/desktop"
)

// TestSway is the demo on a real Wayland desktop that nobody sees: sway, waybar's
// tray and mako. A click on the notification itself signs in, and the icon is back
// after the bar was killed. Its pictures are kept in artefacts.
//
// sway refuses to run for root, so root runs it all as nobody.
func TestSway(t *testing.T) {
	desktop.Require(t, "sway", "waybar", "mako", "makoctl", "grim", "dbus-daemon", "dbus-send")
	s := newSway(t, kit.Rekey(t))
	s.start("sway", "--config", filepath.Join(s.home, "sway"))
	kit.Eventually(t, "sway's socket", func() bool { _, err := os.Stat(filepath.Join(s.home, "run", "wayland-1")); return err == nil })
	s.env = append(s.env, "WAYLAND_DISPLAY=wayland-1")
	s.start("mako")
	kit.Eventually(t, "mako", func() bool { _, err := s.run("makoctl", "list"); return err == nil })
	bar := s.startBar()

	demo, out := s.start(s.program, "demo")
	station := func(line string) {
		t.Helper()
		kit.Eventually(t, line, func() bool { return strings.Contains(out.String(), "\n"+line) })
	}
	station("4  ")
	s.keep("1-expiring")
	message, err := s.run("makoctl", "list")
	if err != nil || !strings.Contains(message, `"default":""`) || !strings.Contains(message, "Codex still works until ") {
		t.Errorf("mako shows %s, %v", message, err)
	}
	_ = syscall.Kill(-bar.Process.Pid, syscall.SIGKILL)
	_ = bar.Wait()
	s.startBar()
	s.keep("2-bar-restarted")
	if _, err := s.run("makoctl", "invoke"); err != nil { // the default action, as a click
		t.Fatal(err)
	}
	station("5  ")
	s.keep("3-signed-in")
	if err := demo.Wait(); err != nil {
		t.Errorf("the demo ended with %v", err)
	}
	if strings.Contains(out.String(), "systray error") {
		t.Errorf("it prints what is nobody's business:\n%s", out.String())
	}
}

// sway is a session whose programs run as a plain user.
type sway struct {
	t             *testing.T
	home, program string
	env           []string
	as            *syscall.Credential // nil: as the test
}

func newSway(t *testing.T, program string) *sway {
	t.Helper()
	home := kit.ShortDir(t, "sway")
	s := &sway{t: t, home: home, program: filepath.Join(home, "rekey")}
	files := map[string]string{
		"sway":          "output * bg #3b6ea5 solid_color\noutput HEADLESS-1 resolution 1000x600\n",
		"waybar.config": `{"position":"top","modules-right":["tray","clock"],"tray":{"icon-size":21}}`,
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// A copy: nobody need not be able to read the folder that it was built in.
	binary, err := os.ReadFile(program)
	if err == nil {
		err = os.WriteFile(s.program, binary, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	owned := []string{home, filepath.Join(home, "run"), filepath.Join(home, "tmp")}
	for _, dir := range owned[1:] {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if os.Getuid() == 0 {
		const nobody = 65534
		s.as = &syscall.Credential{Uid: nobody, Gid: nobody}
		for _, dir := range owned {
			if err := os.Chown(dir, nobody, nobody); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.env = []string{
		"HOME=" + home, "XDG_RUNTIME_DIR=" + owned[1], "TMPDIR=" + owned[2], "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8",
		"WLR_BACKENDS=headless", "WLR_RENDERER=pixman", "WLR_LIBINPUT_NO_DEVICES=1", "XDG_CURRENT_DESKTOP=sway", "NO_AT_BRIDGE=1",
	}
	_, out := s.start("dbus-daemon", "--session", "--nofork", "--print-address")
	kit.Eventually(t, "the bus", func() bool { return strings.HasPrefix(out.String(), "unix:") && strings.HasSuffix(out.String(), "\n") })
	s.env = append(s.env, "DBUS_SESSION_BUS_ADDRESS="+strings.TrimSpace(out.String()))
	return s
}

// start starts a program that ends with the test.
func (s *sway) start(program string, args ...string) (*exec.Cmd, *kit.Record) {
	s.t.Helper()
	out := &kit.Record{}
	cmd := s.command(program, args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		if s.t.Failed() {
			s.t.Logf("%s printed:\n%s", program, out.String())
		}
	})
	return cmd, out
}

// run runs a program to its end.
func (s *sway) run(program string, args ...string) (string, error) {
	out, err := s.command(program, args...).Output()
	return string(out), err
}

func (s *sway) command(program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(s.t.Context(), program, args...)
	cmd.Env, cmd.Dir = s.env, s.home
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Credential: s.as}
	return cmd
}

// startBar starts waybar and waits until its tray is there.
func (s *sway) startBar() *exec.Cmd {
	s.t.Helper()
	bar, _ := s.start("waybar", "--config", filepath.Join(s.home, "waybar.config"))
	kit.Eventually(s.t, "waybar's tray", func() bool {
		out, err := s.run("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/",
			"org.freedesktop.DBus.NameHasOwner", "string:org.kde.StatusNotifierWatcher")
		return err == nil && strings.Contains(out, "true")
	})
	return bar
}

// keep waits until the bar shows something in its right corner, beside the
// clock, and keeps a picture of the screen.
func (s *sway) keep(name string) {
	s.t.Helper()
	var screen *image.NRGBA
	kit.Eventually(s.t, "the icon in the picture "+name, func() bool {
		encoded, err := s.run("grim", "-")
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
	new(desktop.Desktop).Keep(s.t, name, screen)
}
