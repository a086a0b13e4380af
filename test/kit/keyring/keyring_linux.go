package keyring

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

// The Secret Service's names.
const (
	busName    = "org.freedesktop.secrets"
	root       = dbus.ObjectPath("/org/freedesktop/secrets")
	service    = "org.freedesktop.Secret.Service."
	collection = "org.freedesktop.Secret.Collection"
	item       = "org.freedesktop.Secret.Item"
	get        = "org.freedesktop.DBus.Properties.Get"
)

// Password unlocks the keyrings of these tests.
const Password = "testpass"

// Bus is a private D-Bus of one test. It starts no services by itself, so a
// program that asks the user to unlock something fails at once.
type Bus struct {
	t testing.TB
	// Address is where programs reach it.
	Address string
	// Env is an environment in which it is the session's, without a display.
	Env []string
}

// NewBus is a bus without a keyring.
func NewBus(t testing.TB) *Bus {
	t.Helper()
	b := &Bus{t: t, Address: kit.Bus(t)}
	home := t.TempDir()
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		switch name {
		case "DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "HOME", "XDG_RUNTIME_DIR":
		default:
			b.Env = append(b.Env, e)
		}
	}
	runtime := kit.ShortDir(t, "keyring")
	b.Env = append(b.Env, "HOME="+home, "XDG_RUNTIME_DIR="+runtime, "DBUS_SESSION_BUS_ADDRESS="+b.Address)
	return b
}

// New is a bus with a real gnome-keyring on it, unlocked.
func New(t testing.TB) *Bus {
	t.Helper()
	return start(t, NewBus(t))
}

// On is New on a bus that is there already, for programs with this environment.
func On(t testing.TB, address string, env []string) *Bus {
	t.Helper()
	return start(t, &Bus{t: t, Address: address, Env: env})
}

// start starts the keyring.
func start(t testing.TB, b *Bus) *Bus {
	t.Helper()
	path, err := exec.LookPath("gnome-keyring-daemon")
	if err != nil {
		kit.Missing(t, "gnome-keyring-daemon (Debian package gnome-keyring)")
	}
	daemon := exec.Command(path, "--foreground", "--unlock", "--components=secrets")
	daemon.Stdin = strings.NewReader(Password)
	daemon.Env = b.Env
	must.Do(t, daemon.Start())
	t.Cleanup(func() { _ = daemon.Process.Kill(); _ = daemon.Wait() })
	ctx := kit.Context(t)
	conn := b.Connect()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if path := defaultOf(conn); path.IsValid() && path != "/" {
			return b
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("gnome-keyring does not come up")
		}
	}
}

// defaultOf is the default keyring, "" or "/" when there is none.
func defaultOf(conn *dbus.Conn) (path dbus.ObjectPath) {
	_ = conn.Object(busName, root).Call(service+"ReadAlias", 0, "default").Store(&path)
	return path
}

// Connect is a connection of the test's own.
func (b *Bus) Connect() *dbus.Conn {
	b.t.Helper()
	return kit.Connect(b.t, b.Address)
}

// call calls a method and stores its answer.
func (b *Bus) call(conn *dbus.Conn, path dbus.ObjectPath, method string, args []any, answer ...any) {
	b.t.Helper()
	if err := conn.Object(busName, path).Call(method, 0, args...).Store(answer...); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
}

// Lock locks the default keyring.
func (b *Bus) Lock() {
	b.t.Helper()
	conn := b.Connect()
	path := defaultOf(conn)
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	b.call(conn, root, service+"Lock", []any{[]dbus.ObjectPath{path}}, &locked, &prompt)
	var is dbus.Variant
	b.call(conn, path, get, []any{collection, "Locked"}, &is)
	if prompt != "/" || is.Value() != true {
		b.t.Fatalf("lock: prompt %s, locked %v", prompt, is)
	}
}

// secret is the wire form of a secret.
type secret struct {
	Session    dbus.ObjectPath
	Parameters []byte
	Value      []byte
	Type       string
}

// secret makes a secret of a text.
func (b *Bus) secret(conn *dbus.Conn, text string) secret {
	b.t.Helper()
	var none dbus.Variant
	s := secret{Parameters: []byte{}, Value: []byte(text), Type: "text/plain"}
	b.call(conn, root, service+"OpenSession", []any{"plain", dbus.MakeVariant("")}, &none, &s.Session)
	return s
}

// Unlock unlocks the default keyring as the login screen does.
func (b *Bus) Unlock() {
	b.t.Helper()
	conn := b.Connect()
	b.call(conn, root, "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface.UnlockWithMasterPassword",
		[]any{defaultOf(conn), b.secret(conn, Password)})
}

// Items lists the attributes of all items of a service.
func (b *Bus) Items(name string) (found []map[string]string) {
	b.t.Helper()
	conn := b.Connect()
	var unlocked, locked []dbus.ObjectPath
	b.call(conn, root, service+"SearchItems", []any{map[string]string{"service": name}}, &unlocked, &locked)
	for _, path := range append(unlocked, locked...) {
		var attributes dbus.Variant
		b.call(conn, path, get, []any{item, "Attributes"}, &attributes)
		m := attributes.Value().(map[string]string)
		delete(m, "xdg:schema") // gnome-keyring's own
		found = append(found, m)
	}
	return found
}

// Make puts an item of another program's making into the keyring.
func (b *Bus) Make(attributes map[string]string, text string) {
	b.t.Helper()
	conn := b.Connect()
	properties := map[string]dbus.Variant{
		item + ".Label":      dbus.MakeVariant("made elsewhere"),
		item + ".Attributes": dbus.MakeVariant(attributes),
	}
	var made, prompt dbus.ObjectPath
	b.call(conn, defaultOf(conn), collection+".CreateItem", []any{properties, b.secret(conn, text), false}, &made, &prompt)
}
