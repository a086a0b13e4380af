//go:build linux

package desktop_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/desktop"
	"rekey/test/kit/keyring"
	"rekey/test/kit/must"
)

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
	d.WaitForOwner(t, "org.gnome.keyring.SystemPrompter")
	keys := keyring.On(t, d.Address(), d.Environ())

	home := filepath.Join(d.Home(), ".codex")
	must.Do(t, os.MkdirAll(home, 0o700))
	must.Do(t, os.WriteFile(filepath.Join(home, "config.toml"), []byte("cli_auth_credentials_store = \"keyring\"\n"), 0o600))
	sum := sha256.Sum256([]byte(home))
	keys.Make(map[string]string{
		"service": "Codex Auth", "username": "cli|" + hex.EncodeToString(sum[:])[:16], "target": "default", "application": "rust-keyring",
	}, string(box.AuthJSON(box.WithExpiry(time.Now().Add(4*time.Hour)))))
	keys.Lock()

	item := d.Item(t, d.Start(t, nil, kit.Rekey(t)))
	item.WaitTooltip(t, "The keyring is locked")
	item.Click(t, "Unlock the keyring…")
	kit.Eventually(t, "the desktop's prompt", func() bool {
		search := exec.Command(string(desktop.Mouse), "search", "--onlyvisible", "--class", "gcr-prompter")
		search.Env = d.Environ()
		return search.Run() == nil
	})
	d.ScreenshotAfter(t, "prompt", nil)
	d.Type(t, "type", keyring.Password)
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
