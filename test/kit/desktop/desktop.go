//go:build linux

package desktop

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

// Desktop is one test's session: a bus and a home, and a display if one was
// started. Its methods are called by the test's goroutine.
type Desktop struct {
	home    string
	bus     string
	display string              // "" until StartDisplay
	as      *syscall.Credential // whom programs run for; nil: for the test's user
	session []string            // variables of the session besides
	camera  func() (image.Image, error)
}

// New starts a session bus and makes a home for the programs of a test.
func New(t testing.TB) *Desktop {
	t.Helper()
	Require(t, Bus)
	d := newDesktop(t)
	d.bus = kit.Bus(t)
	return d
}

// newDesktop makes the folders.
func newDesktop(t testing.TB) *Desktop {
	t.Helper()
	d := &Desktop{home: kit.ShortDir(t, "desk")} // sockets lie here
	for _, dir := range d.dirs() {
		must.Do(t, os.MkdirAll(dir, 0o700))
	}
	return d
}

// Home is the home directory of the desktop's programs.
func (d *Desktop) Home() string { return d.home }

// Address is that of the desktop's bus.
func (d *Desktop) Address() string { return d.bus }

// Display is the display's name, "" until there is one.
func (d *Desktop) Display() string { return d.display }

// Connect opens a connection to the desktop's bus that is closed with the test.
func (d *Desktop) Connect(t testing.TB) *dbus.Conn {
	t.Helper()
	return kit.Connect(t, d.bus)
}

// dirs are the folders of the session, by the variable that names each.
func (d *Desktop) dirs() map[string]string {
	return map[string]string{
		"XDG_CONFIG_HOME": filepath.Join(d.home, ".config"),
		"XDG_DATA_HOME":   filepath.Join(d.home, ".local", "share"),
		"XDG_STATE_HOME":  filepath.Join(d.home, ".local", "state"),
		"XDG_CACHE_HOME":  filepath.Join(d.home, ".cache"),
		"XDG_RUNTIME_DIR": filepath.Join(d.home, "run"),
		"TMPDIR":          filepath.Join(d.home, "tmp"),
	}
}

// Environ is the environment of the desktop's programs: these variables and
// no other, then those in extra, each "NAME=value".
func (d *Desktop) Environ(extra ...string) []string {
	env := []string{
		"HOME=" + d.home,
		"PATH=" + os.Getenv("PATH"),
		"LANG=C.UTF-8",
		"DBUS_SESSION_BUS_ADDRESS=" + d.bus,
		"NO_AT_BRIDGE=1", // GTK would look for an accessibility bus, and wait for it
		"LIBGL_ALWAYS_SOFTWARE=1",
		"BROWSER=true", // no program opens a browser that the test has not named
	}
	for name, dir := range d.dirs() {
		env = append(env, name+"="+dir)
	}
	if d.display != "" {
		env = append(env, "DISPLAY="+d.display)
	}
	return append(append(env, d.session...), extra...)
}

// WaitForOwner waits until a program on the bus has this name.
func (d *Desktop) WaitForOwner(t testing.TB, name string) {
	t.Helper()
	d.waitForOwner(t, name, true)
}

func (d *Desktop) waitForOwner(t testing.TB, name string, want bool) {
	t.Helper()
	bus := d.Connect(t).BusObject()
	kit.Eventually(t, fmt.Sprintf("%s on the bus: %t", name, want), func() bool {
		var owned bool
		err := bus.Call("org.freedesktop.DBus.NameHasOwner", 0, name).Store(&owned)
		return err == nil && owned == want
	})
}
