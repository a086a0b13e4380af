//go:build linux

package desktop_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/browser"
	"rekey/test/kit/desktop"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// TestWindowFromTheTray: the tray opens the real window, a second start of
// Rekey shows the first one's, and the end of a window is the tray's business
// in no way.
func TestWindowFromTheTray(t *testing.T) {
	program := filepath.Join(t.TempDir(), "rekey") // the window's program will be beside it
	must.Do(t, os.Link(kit.Rekey(t), program))
	r := newRigWith(t, program, box.Config{AccessLife: time.Hour})
	p := r.startRekey(t)
	item := r.Item(t, p)
	item.WaitTooltip(t, signedIn)

	// Without the window program: one clear sentence, here and in the menu.
	item.Click(t, "Open Rekey…")
	const missing = "the window program (rekey-window) is not installed; everything else works without it"
	item.WaitMenu(t, "why there is no window", has("Could not open the window: the window program (rekey-window) is"))
	second := r.startRekey(t)
	if code := second.Wait(t); code != cli.ExitFailure || !says(second, missing)() {
		t.Errorf("a second start ended with %d and said %q", code, second.Output())
	}

	installWindow(t, program)
	item.Click(t, "Open Rekey…")
	first := r.WaitWindow(t, "Rekey")
	kit.Eventually(t, "the window's content", func() bool { return contentDrawn(r.ScreenshotAfter(t, "1-window-from-the-tray", nil)) })
	r.KillWindow(t, first)
	second = r.startRekey(t)
	if code := second.Wait(t); code != cli.ExitOK || !says(second, "Rekey is already running for this home.")() {
		t.Errorf("a second start ended with %d and said %q", code, second.Output())
	}
	r.KillWindow(t, r.WaitWindow(t, "Rekey"))
	item.WaitTooltip(t, signedIn)
	item.Click(t, "Quit")
	if code := p.Wait(t); code != cli.ExitOK {
		t.Errorf("the tray ended with %d", code)
	}
}

// TestWindowQuits: where there is no menu to quit from, the window does, and closes.
func TestWindowQuits(t *testing.T) {
	program := filepath.Join(t.TempDir(), "rekey")
	must.Do(t, os.Link(kit.Rekey(t), program))
	installWindow(t, program)
	r := newRigWith(t, program, box.Config{AccessLife: time.Hour})
	p := r.startRekey(t)
	r.Item(t, p).Click(t, "Open Rekey…")
	window := r.WaitWindow(t, "Rekey")
	kit.Eventually(t, "the window's content", func() bool { return contentDrawn(r.Screenshot(t, "0-opening")) })
	r.Press(t, window, toQuit...)
	r.ScreenshotAfter(t, "1-about", nil)
	r.Press(t, window, "Return")
	if code := p.Wait(t); code != cli.ExitOK {
		t.Errorf("the tray ended with %d:\n%s", code, p.Output())
	}
	kit.Eventually(t, "no window", func() bool { return r.Title(window) == "" })
}

// toQuit is what is pressed in the window of a healthy sign-in to come by its page
// About to its Quit.
var toQuit = strings.Fields("Tab Tab Tab Tab Return Tab Tab Tab")

// TestWindowLearnsOfAnotherHome: a home that is added while the window is open shows
// in it, and the window does not come forward for it.
func TestWindowLearnsOfAnotherHome(t *testing.T) {
	program := filepath.Join(t.TempDir(), "rekey")
	must.Do(t, os.Link(kit.Rekey(t), program))
	installWindow(t, program)
	r := newRigWith(t, program, box.Config{AccessLife: time.Hour})
	second, err := box.NewHome(filepath.Join(r.Home(), "work"))
	must.Do(t, err)
	must.Do(t, second.Replace(box.AuthJSON(box.WithAPIKey("sk-not-a-real-key"))))
	config := filepath.Join(r.Home(), ".config", "rekey", "config.toml")
	must.Do(t, os.MkdirAll(filepath.Dir(config), 0o700))
	names := func(homes ...string) {
		t.Helper()
		content := ""
		for _, home := range homes {
			content += fmt.Sprintf("%q, ", home)
		}
		must.Do(t, os.WriteFile(config, []byte("homes = ["+content+"]\n"), 0o600))
	}
	names(r.home.Dir())
	p := r.startRekey(t)
	r.Item(t, p).Click(t, "Open Rekey…")
	window := r.WaitWindow(t, "Rekey")
	before := sockets(t, r.Desktop)
	kit.Eventually(t, "the window at the first home", func() bool { return len(before) == 1 && clients(t, before[0]) == 1 })

	names(r.home.Dir(), second.Dir())
	kit.Eventually(t, "the window at both homes", func() bool {
		both := sockets(t, r.Desktop)
		return len(both) == 2 && clients(t, both[0]) == 1 && clients(t, both[1]) == 1
	})
	r.Press(t, window, "Tab", "Right")
	r.WaitTitle(t, window, "Rekey: Using an API key")
	r.ScreenshotAfter(t, "1-second-home", nil)
	r.KillWindow(t, window)

	// What a window that was killed has left behind wakes none.
	names(r.home.Dir())
	kit.Eventually(t, "one home again", func() bool { return len(sockets(t, r.Desktop)) == 1 })
	if code := p.Stop(t); code != cli.ExitOK {
		t.Errorf("the tray ended with %d:\n%s", code, p.Output())
	}
}

// TestTrayOfAHeadlessAgent: an agent without a desktop keeps the sign-in, and
// the tray that attaches to it takes the notification and the browser over.
func TestTrayOfAHeadlessAgent(t *testing.T) {
	r := newRig(t, kit.Rekey(t), time.Hour)
	// Both could start a browser if they had to; each its own.
	headless := filepath.Join(r.Home(), "headless")
	must.Do(t, os.Mkdir(headless, 0o700))
	other := filepath.Join(headless, browser.StandInName)
	if target, err := os.Readlink(r.browser); err != nil {
		t.Fatal(err)
	} else if err := os.Symlink(target, other); err != nil {
		t.Fatal(err)
	}
	env := append(append([]string{}, r.env...), "DISPLAY=", "DBUS_SESSION_BUS_ADDRESS=", "BROWSER="+other)
	agent := r.Start(t, env, r.program, "watch")
	kit.Eventually(t, "the agent", says(agent, "ada@example.com"))
	p := r.startRekey(t)
	item := r.Item(t, p)
	item.WaitTooltip(t, signedIn)

	r.server.RevokeAll()
	item.Click(t, "Refresh now")
	r.notices.Wait(t, "a notification", func(n []desktop.Notice) bool { return len(n) == 1 && n[0].ID != 0 })
	r.ScreenshotAfter(t, "1-notification", nil)
	r.ClickNotice(t)
	item.WaitTooltip(t, signedIn)
	r.notices.Wait(t, "its end", func(n []desktop.Notice) bool { return len(n) == 1 })
	if !r.server.Works(r.tokens(t).RefreshToken) {
		t.Error("the home has no working sign-in")
	}
	kit.Eventually(t, "the page in the browser of the tray", func() bool { return seen(r.browser) })
	if seen(other) {
		t.Error("the agent has started a browser, too")
	}
	select {
	case <-agent.Ended():
		t.Error("the agent has ended")
	default:
	}
	// Whoever of them ends, the other goes on.
	if code := agent.Stop(t); code != cli.ExitOK {
		t.Errorf("the agent ended with %d", code)
	}
	kit.Eventually(t, "the tray as the agent", says(p, "this one does so now"))
	item.Click(t, "Refresh now")
	kit.Eventually(t, "a refresh by the tray", func() bool { return r.server.Refreshes() == 2 })
}

// seen reports whether a browser of the test has been shown a page.
func seen(browser string) bool {
	_, err := os.Stat(browser + ".seen")
	return err == nil
}

// installWindow puts the real window program beside Rekey.
func installWindow(t *testing.T, program string) {
	t.Helper()
	if out, err := exec.Command(".ci/window-parts").CombinedOutput(); err != nil {
		kit.Missing(t, "what the window program is compiled with: "+string(out))
	}
	if out, err := exec.Command(".ci/window-build").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	built, err := filepath.Abs(".cache/bin/rekey-window")
	must.Do(t, err)
	must.Do(t, os.Symlink(built, filepath.Join(filepath.Dir(program), "rekey-window")))
}
