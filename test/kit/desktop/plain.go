//go:build linux

package desktop

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

// nobody is whom a plain desktop's programs run for where the test is root's:
// desktops refuse to run for root, or run in other ways than they do for users.
const nobody = 65534

// NewPlain is New for the parts of a whole desktop, which run for a plain user.
// The bus starts those of the system's services that are named, and no other.
// session are the desktop's own variables, each "NAME=value".
func NewPlain(t testing.TB, session []string, services ...string) *Desktop {
	t.Helper()
	Require(t, Bus)
	d := newDesktop(t)
	d.session = session
	if os.Getuid() == 0 {
		d.as = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	own := filepath.Join(d.home, "services")
	must.Do(t, os.Mkdir(own, 0o755))
	for _, service := range services {
		file := service + ".service"
		must.Do(t, os.Symlink(filepath.Join("/usr/share/dbus-1/services", file), filepath.Join(own, file)))
	}
	socket := filepath.Join(d.dirs()["XDG_RUNTIME_DIR"], "bus")
	d.bus = "unix:path=" + socket
	d.startBus(t, socket, own)
	return d
}

// StartSystemBus starts a bus that the session takes for the system's, with
// nothing on it.
func (d *Desktop) StartSystemBus(t testing.TB) {
	t.Helper()
	socket := filepath.Join(d.dirs()["XDG_RUNTIME_DIR"], "system")
	d.startBus(t, socket, "none")
	d.session = append(d.session, "DBUS_SYSTEM_BUS_ADDRESS=unix:path="+socket)
}

func (d *Desktop) startBus(t testing.TB, socket, services string) {
	t.Helper()
	config := socket + ".conf"
	must.Do(t, os.WriteFile(config, []byte(kit.BusConfig(socket, services)), 0o644))
	d.Give(t)
	d.Start(t, nil, string(Bus), "--config-file="+config, "--nofork")
	kit.Eventually(t, "the bus", func() bool { _, err := os.Stat(socket); return err == nil })
}

// Give makes all that is in the home that of the user whom the desktop's
// programs run for.
func (d *Desktop) Give(t testing.TB) {
	t.Helper()
	if d.as == nil {
		return
	}
	err := filepath.WalkDir(d.home, func(path string, _ fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil // others are at work in it
		}
		if err == nil {
			err = os.Lchown(path, int(d.as.Uid), int(d.as.Gid))
		}
		return err
	})
	must.Do(t, err)
}

// Put writes a file into the home, for the desktop's programs.
func (d *Desktop) Put(t testing.TB, name, text string) {
	t.Helper()
	path := filepath.Join(d.home, name)
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o644)
	}
	must.Do(t, err)
	d.Give(t)
}

// Copy copies a program into the home and returns its path there: the user need
// not be able to read the folder that it was built in.
func (d *Desktop) Copy(t testing.TB, program, name string) string {
	t.Helper()
	content, err := os.ReadFile(program)
	path := filepath.Join(d.home, "bin", name)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.WriteFile(path, content, 0o755)
	}
	must.Do(t, err)
	d.Give(t)
	return path
}

// Run runs a program to its end and returns what it printed.
func (d *Desktop) Run(t testing.TB, program string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env, cmd.Dir = d.Environ(), d.home
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Credential: d.as}
	out, err := cmd.Output()
	return string(out), err
}

// ShareEnvironment gives the services that the bus starts the variables of the
// desktop's programs, as sessions do once there is a display, and some more.
func (d *Desktop) ShareEnvironment(t testing.TB, extra ...string) {
	t.Helper()
	variables := map[string]string{}
	for _, v := range d.Environ(extra...) {
		name, value, _ := strings.Cut(v, "=")
		variables[name] = value
	}
	must.Do(t, d.Connect(t).BusObject().Call("org.freedesktop.DBus.UpdateActivationEnvironment", 0, variables).Err)
}
