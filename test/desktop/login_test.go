//go:build linux

package desktop_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"rekey/test/kit/desktop"
	"rekey/test/kit/files"
)

// newLogin makes a session to log in to, with the entry that "rekey autostart on"
// writes and no other: XDG_CONFIG_DIRS keeps out what this machine starts for
// everybody. The desktop's own session manager has to read it.
func newLogin(t *testing.T, session ...string) *whole {
	t.Helper()
	w := newWhole(t, append(session, "XDG_CONFIG_DIRS=/nonexistent"))
	if p := w.startRekey(t, "autostart", "on"); p.Wait(t) != 0 {
		t.Fatalf("it says %s", p.Output())
	}
	return w
}

// hasIcon waits for the one icon of the Rekey that the session has started.
func (w *whole) hasIcon(t *testing.T) {
	t.Helper()
	item, pid := w.OnlyItem(t)
	item.WaitTooltip(t, signedIn)
	if n := item.Registered(pid); n != 1 {
		t.Errorf("there are %d icons", n)
	}
	// Whatever TMPDIR is, the socket that session managers tell all programs of is in
	// /tmp, and stays there when they are killed.
	environ := files.Read(t, filepath.Join("/proc", strconv.Itoa(pid), "environ"))
	for v := range strings.SplitSeq(string(environ), "\x00") {
		if managers, ok := strings.CutPrefix(v, "SESSION_MANAGER="); ok {
			t.Cleanup(func() { _ = os.Remove(managers[strings.LastIndex(managers, ":")+1:]) })
		}
	}
}

func TestLoginLXQt(t *testing.T) {
	desktop.Require(t, desktop.WindowManager, "lxqt-session")
	w := newLogin(t, "XDG_CURRENT_DESKTOP=LXQt")
	w.Put(t, ".config/lxqt/session.conf", "[General]\nwindow_manager="+string(desktop.WindowManager)+"\n")
	w.StartDisplay(t)
	w.StartWatcher(t)
	w.Start(t, w.env, "lxqt-session")
	w.hasIcon(t)
}

// TestLoginMATE: a session of nothing but what is started at login. MATE's panel
// and window manager are its required components otherwise.
func TestLoginMATE(t *testing.T) {
	desktop.Require(t, "mate-session")
	w := newLogin(t, "XDG_CURRENT_DESKTOP=MATE", "GSETTINGS_BACKEND=keyfile")
	w.Put(t, ".config/glib-2.0/settings/keyfile", "[org/mate/desktop/session]\nrequired-components-list=@as []\n")
	w.StartDisplay(t)
	w.StartWatcher(t)
	w.Start(t, w.env, "mate-session")
	w.hasIcon(t)
}

func TestLoginPlasma(t *testing.T) {
	desktop.Require(t, "plasma_session", "kwin_x11")
	w := newLogin(t, "XDG_CURRENT_DESKTOP=KDE", "KDE_FULL_SESSION=true", "KDE_SESSION_VERSION=5")
	w.StartDisplay(t)
	w.StartWatcher(t)
	w.ShareEnvironment(t)
	w.Start(t, w.env, "plasma_session")
	w.hasIcon(t)
}

// TestLoginGNOME: GNOME's session, with its own way to start programs and with no
// shell in it.
func TestLoginGNOME(t *testing.T) {
	const session = "/usr/libexec/gnome-session-binary"
	desktop.Require(t, session)
	w := newLogin(t, "XDG_CURRENT_DESKTOP=GNOME", "GSETTINGS_BACKEND=memory")
	w.Put(t, ".config/gnome-session/sessions/rekey.session", "[GNOME Session]\nName=Rekey\nRequiredComponents=\n")
	w.startLogind(t)
	w.StartDisplay(t)
	w.StartWatcher(t)
	w.Start(t, w.env, session, "--builtin", "--session=rekey", "--disable-acceleration-check")
	w.hasIcon(t)
}

// TestLoginSway: sway starts no entries. Rekey says so, and the line of
// docs/bars.md in sway's own configuration starts it.
func TestLoginSway(t *testing.T) {
	desktop.Require(t, "sway")
	w := newWhole(t, swaySession())
	p := w.startRekey(t, "autostart", "on")
	if p.Wait(t); !strings.Contains(p.Output(), `Have the configuration of sway start "rekey".`) {
		t.Errorf("it says %s", p.Output())
	}
	w.Put(t, "sway", "exec rekey\n")
	w.StartWatcher(t)
	path := "PATH=" + filepath.Dir(w.program) + ":" + os.Getenv("PATH")
	w.Start(t, append(w.env, path, "WAYLAND_DISPLAY="), "sway", "--config", filepath.Join(w.Home(), "sway"))
	w.hasIcon(t)
}
