//go:build linux

package desktop_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/browser"
	"rekey/test/kit/desktop"
	"rekey/ui/cli"
)

// TestWindowFromTheTray: the tray opens the real window, a second start of
// Rekey shows the first one's, and the end of a window is the tray's business
// in no way.
func TestWindowFromTheTray(t *testing.T) {
	program := filepath.Join(t.TempDir(), "rekey") // the window's program will be beside it
	if err := os.Link(kit.Rekey(t), program); err != nil {
		t.Fatal(err)
	}
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

// TestTrayOfAHeadlessAgent: an agent without a desktop keeps the sign-in, and
// the tray that attaches to it takes the notification and the browser over.
func TestTrayOfAHeadlessAgent(t *testing.T) {
	r := newRig(t, kit.Rekey(t), time.Hour)
	// Both could start a browser if they had to; each its own.
	headless := filepath.Join(r.Home(), "headless")
	if err := os.Mkdir(headless, 0o700); err != nil {
		t.Fatal(err)
	}
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
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(built, filepath.Join(filepath.Dir(program), "rekey-window")); err != nil {
		t.Fatal(err)
	}
}
