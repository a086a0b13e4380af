//go:build linux

package desktop_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/desktop"
	"rekey/test/kit/must"
)

// TestTwoHomesInOneTray: each home has a submenu, its own agent, its own
// notification and its own sign-in; the icon and the tooltip are the worst
// one's. A tray for one of them finds that it is shown already.
func TestTwoHomesInOneTray(t *testing.T) {
	r := newRig(t, kit.Rekey(t), -time.Minute)
	r.server.SetAccessLife(time.Hour)
	grace := box.Ada()
	grace.Email = "grace@example.com"
	work, err := box.NewHome(filepath.Join(r.Home(), "work"))
	must.Do(t, err)
	must.Do(t, work.Replace(r.server.SignIn(grace)))
	play := filepath.Join(r.Home(), "play")
	// The server refuses what is past: Ada's.
	r.server.Script(box.Refusal(401, "refresh_token_reused"))

	p := r.startRekey(t, "--home", r.home.Dir(), "--home", work.Dir(), "--home", play, "--home", work.Dir()+"/.")
	item := r.Item(t, p)
	item.WaitTooltip(t, "~/.codex: Sign in again")
	item.WaitMenu(t, "a row for each home, once", func(m desktop.Menu) bool {
		var titles []string
		for _, row := range m {
			if len(row.Children) > 0 && row.Visible {
				titles = append(titles, row.Label)
			}
		}
		return slices.Equal(titles, []string{
			"~/.codex: Sign in again: the refresh token was already used",
			"~/work: grace@example.com · Pro", "~/play: Not signed in",
		})
	})
	sent := r.notices.Wait(t, "a notification", func(n []desktop.Notice) bool { return len(n) == 1 && n[0].ID != 0 })
	if !strings.Contains(sent[0].Body, "~/.codex: ada@example.com") {
		t.Errorf("the notification does not name the home: %q", sent[0].Body)
	}
	picture := r.ScreenshotAfter(t, "1-two-homes", nil)
	r.OpenMenu(t)
	picture = r.ScreenshotAfter(t, "2-menu", picture)
	r.Type(t, "mousemove", "40", "48", "click", "1")
	r.ScreenshotAfter(t, "3-submenu", picture)
	r.CloseMenu(t)
	r.CloseMenu(t)

	// The second home dies, too: its message stands beside the first one's.
	r.server.RevokeAll()
	item.Click(t, "Refresh now") // only the second home's menu has it
	sent = r.notices.Wait(t, "another notification", func(n []desktop.Notice) bool { return len(n) == 2 && n[1].ID != 0 })
	if sent[1].Replaces != 0 || sent[0].Withdrawn || !strings.Contains(sent[1].Body, "~/work: grace@example.com") {
		t.Errorf("the second home's notification is %+v, the first's %+v", sent[1], sent[0])
	}
	second := r.startRekey(t, "--home", work.Dir())
	second.Wait(t)
	if !says(second, "Rekey is already running for this home.")() {
		t.Errorf("another tray for one of the homes says %q", second.Output())
	}
	if code := p.Stop(t); code != 0 {
		t.Errorf("the tray ended with %d", code)
	}
	r.notices.Wait(t, "the end of both notifications", func(n []desktop.Notice) bool { return n[0].Withdrawn && n[1].Withdrawn })
	kit.Eventually(t, "no socket left", func() bool {
		left, err := filepath.Glob(filepath.Join(r.Home(), "run", "rekey", "*.sock"))
		return err == nil && len(left) == 0
	})
}
