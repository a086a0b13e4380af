//go:build linux

package desktop_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/desktop"
	"rekey/test/kit/must"
)

// keyringPassword opens the keyring of this test.
const keyringPassword = "testpass"

// A keyring that is locked, as after an automatic login, is opened with one
// click and the desktop's own prompt, and the sign-in in it is there at once.
func TestUnlockFromTheTray(t *testing.T) {
	t.Parallel()
	desktop.Require(t, desktop.Bus, desktop.WindowManager, desktop.Mouse)
	d := desktop.New(t)
	d.StartDisplay(t)
	d.StartWatcher(t)
	d.Start(t, nil, string(desktop.WindowManager))
	d.Start(t, nil, prompter(t))
	bus := d.Connect(t).BusObject()
	kit.Eventually(t, "the desktop's prompter", func() bool {
		var owned bool
		return bus.Call("org.freedesktop.DBus.NameHasOwner", 0, "org.gnome.keyring.SystemPrompter").Store(&owned) == nil && owned
	})
	startKeyring(t, d)

	home := filepath.Join(d.Home(), ".codex")
	must.Do(t, os.MkdirAll(home, 0o700))
	must.Do(t, os.WriteFile(filepath.Join(home, "config.toml"), []byte("cli_auth_credentials_store = \"keyring\"\n"), 0o600))
	sum := sha256.Sum256([]byte(home))
	store := secretTool(t, d, "store", "--label=Codex Auth", "service", "Codex Auth",
		"username", "cli|"+hex.EncodeToString(sum[:])[:16], "target", "default", "application", "rust-keyring")
	store.Stdin = strings.NewReader(string(box.AuthJSON(box.WithExpiry(time.Now().Add(4 * time.Hour)))))
	run(t, store)
	lockKeyring(t, d)

	item := d.Item(t, d.Start(t, nil, kit.Rekey(t)))
	item.WaitTooltip(t, "The keyring is locked")
	item.Click(t, "Unlock the keyring…")
	kit.Eventually(t, "the desktop's prompt", func() bool {
		search := exec.Command(string(desktop.Mouse), "search", "--onlyvisible", "--class", "gcr-prompter")
		search.Env = d.Environ()
		return search.Run() == nil
	})
	d.ScreenshotAfter(t, "prompt", nil)
	d.Type(t, "type", keyringPassword)
	d.Type(t, "key", "Return")
	item.WaitTooltip(t, signedIn)
}

// prompter is the program that asks for the password of a GNOME keyring. No
// service starts by itself on the desktop's bus.
func prompter(t *testing.T) string {
	t.Helper()
	for _, path := range []string{"/usr/libexec/gcr-prompter", "/usr/lib/gcr/gcr-prompter"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	kit.Missing(t, "gcr-prompter (Debian package gcr)")
	return ""
}

// startKeyring starts a real gnome-keyring, unlocked.
func startKeyring(t *testing.T, d *desktop.Desktop) {
	t.Helper()
	program, err := exec.LookPath("gnome-keyring-daemon")
	if err != nil {
		kit.Missing(t, "gnome-keyring-daemon (Debian package gnome-keyring)")
	}
	// Its password comes on standard input, so it is not for Desktop.Start.
	daemon := exec.CommandContext(t.Context(), program, "--foreground", "--unlock", "--components=secrets")
	daemon.Env = d.Environ()
	daemon.Stdin = strings.NewReader(keyringPassword)
	must.Do(t, daemon.Start())
	t.Cleanup(func() { _ = daemon.Process.Kill(); _ = daemon.Wait() })
	kit.Eventually(t, "an unlocked keyring", func() bool {
		probe := secretTool(t, d, "store", "--label=probe", "probe", "probe")
		probe.Stdin = strings.NewReader("x")
		return probe.Run() == nil
	})
}

// lockKeyring locks the keyring; secret-tool's own way to do that crashes.
func lockKeyring(t *testing.T, d *desktop.Desktop) {
	t.Helper()
	const name, path = "org.freedesktop.secrets", dbus.ObjectPath("/org/freedesktop/secrets")
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	err := d.Connect(t).Object(name, path).Call("org.freedesktop.Secret.Service.Lock", 0,
		[]dbus.ObjectPath{path + "/collection/login"}).Store(&locked, &prompt)
	if err != nil || len(locked) != 1 {
		t.Fatalf("lock the keyring: %v, locked %v", err, locked)
	}
}

func secretTool(t *testing.T, d *desktop.Desktop, args ...string) *exec.Cmd {
	t.Helper()
	program, err := exec.LookPath("secret-tool")
	if err != nil {
		kit.Missing(t, "secret-tool (Debian package libsecret-tools)")
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = d.Environ()
	return cmd
}

func run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
}
