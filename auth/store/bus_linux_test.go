package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// bus is a private D-Bus of one test. It starts no services by itself, so a
// program that asks the user to unlock something fails at once.
type bus struct {
	t       *testing.T
	address string
	env     []string
}

const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=%s/bus</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`

// command finds a program or skips the test.
func command(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name)
	}
	return exec.Command(path, args...)
}

func newBus(t *testing.T) *bus {
	t.Helper()
	dir, err := os.MkdirTemp("", "bus") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	config := filepath.Join(dir, "bus.conf")
	write(t, config, fmt.Appendf(nil, busConfig, dir))
	daemon := command(t, "dbus-daemon", "--config-file="+config, "--nofork", "--nopidfile", "--print-address")
	b := &bus{t: t}
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		switch name {
		case "DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "HOME", "XDG_RUNTIME_DIR":
		default:
			b.env = append(b.env, e)
		}
	}
	b.env = append(b.env, "HOME="+dir, "XDG_RUNTIME_DIR="+dir)
	b.address = firstLine(t, daemon, b.env)
	b.env = append(b.env, "DBUS_SESSION_BUS_ADDRESS="+b.address)
	return b
}

// firstLine starts a program that stays and returns the first line it prints.
func firstLine(t *testing.T, cmd *exec.Cmd, env []string) string {
	t.Helper()
	cmd.Env = env
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("%s printed nothing: %v", cmd.Path, lines.Err())
	}
	return lines.Text()
}

// keyringPassword unlocks the keyrings of these tests.
const keyringPassword = "testpass"

// newKeyring is a bus with a real gnome-keyring on it, unlocked.
func newKeyring(t *testing.T) *bus {
	t.Helper()
	b := newBus(t)
	daemon := command(t, "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
	daemon.Stdin = strings.NewReader(keyringPassword)
	daemon.Env = b.env
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = daemon.Process.Kill(); _ = daemon.Wait() })
	ctx := ctxFor(t)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		err := b.ring().ready(ctx, item{codexService, "nobody"})
		if err == nil {
			return b
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("gnome-keyring does not come up: %v", err)
		}
	}
}

func (b *bus) ring() secretService { return secretService{b.address} }

// options are those of a store on this bus.
func (b *bus) options() Options { return Options{BusAddress: b.address} }

// connect is a connection of the test's own.
func (b *bus) connect() *dbus.Conn {
	b.t.Helper()
	conn, err := b.ring().connect(context.WithoutCancel(b.t.Context()))
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// lock locks the default keyring.
func (b *bus) lock() {
	b.t.Helper()
	c := serviceCall{b.connect()}
	collection, err := c.collection()
	if err != nil {
		b.t.Fatal(err)
	}
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	err = c.call(secretsPath, secretsService+".Lock", []any{[]dbus.ObjectPath{collection}}, &locked, &prompt)
	if err != nil || prompt != noObject {
		b.t.Fatalf("lock: %v, prompt %s", err, prompt)
	}
	if _, err := c.collection(); !errors.Is(err, errLocked) {
		b.t.Fatalf("locked, and yet: %v", err)
	}
}

// unlock unlocks it as the login screen does.
func (b *bus) unlock() {
	b.t.Helper()
	c := serviceCall{b.connect()}
	session, err := c.session()
	if err != nil {
		b.t.Fatal(err)
	}
	var collection dbus.ObjectPath
	if err := c.call(secretsPath, secretsService+".ReadAlias", []any{"default"}, &collection); err != nil {
		b.t.Fatal(err)
	}
	password := wireSecret{Session: session, Parameters: []byte{}, Value: []byte(keyringPassword), Type: secretTextPlain}
	err = c.call(secretsPath, "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface.UnlockWithMasterPassword",
		[]any{collection, password})
	if err != nil {
		b.t.Fatal(err)
	}
}

// items lists the attributes of all items of a service.
func (b *bus) items(service string) (found []map[string]string) {
	b.t.Helper()
	c := serviceCall{b.connect()}
	var unlocked, locked []dbus.ObjectPath
	search := map[string]string{"service": service}
	if err := c.call(secretsPath, secretsService+".SearchItems", []any{search}, &unlocked, &locked); err != nil {
		b.t.Fatal(err)
	}
	for _, path := range append(unlocked, locked...) {
		var attributes dbus.Variant
		err := c.call(path, "org.freedesktop.DBus.Properties.Get", []any{secretsItem, "Attributes"}, &attributes)
		if err != nil {
			b.t.Fatal(err)
		}
		m := attributes.Value().(map[string]string)
		delete(m, "xdg:schema") // gnome-keyring's own
		found = append(found, m)
	}
	return found
}
