//go:build linux

package desktop

import (
	"os/exec"
	"testing"

	"rekey/test/kit"
)

// Part is a program that a desktop is made of.
type Part string

// The parts.
const (
	Bus           Part = "dbus-daemon"
	DisplayServer Part = "Xvfb"
	WindowManager Part = "openbox"
	PanelProgram  Part = "xfce4-panel"
	Notifier      Part = "dunst"
	Camera        Part = "import"
	Painter       Part = "xsetroot"
	Mouse         Part = "xdotool"
)

// debian is the Debian package that a part comes in.
func (p Part) debian() string {
	switch p {
	case DisplayServer:
		return "xvfb"
	case Painter:
		return "x11-xserver-utils"
	case Camera:
		return "imagemagick"
	case "mako", "makoctl":
		return "mako-notifier"
	case "kwin_x11":
		return "kwin-x11"
	case "kwin_wayland":
		return "kwin-wayland"
	case "plasmashell", "plasma-apply-colorscheme", "plasma_session":
		return "plasma-workspace"
	case "mate-session":
		return "mate-session-manager"
	case "/usr/libexec/gnome-session-binary":
		return "gnome-session-bin"
	case "secret-tool":
		return "libsecret-tools"
	case "gdbus":
		return "libglib2.0-bin"
	case "/usr/bin/python3":
		return "python3-dbusmock"
	}
	return string(p)
}

// Require ends a test that needs a part which is not installed. It names the
// part, and skips the test, or fails it on a machine that must have them all
// (CI=true or REKEY_CI=1).
func Require(t testing.TB, parts ...Part) {
	t.Helper()
	for _, part := range parts {
		if _, err := exec.LookPath(string(part)); err != nil {
			kit.Missing(t, string(part)+" (Debian package "+part.debian()+")")
		}
	}
}
