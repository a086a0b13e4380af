//go:build linux

package desktop_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/desktop"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// The real program on a real desktop: a private session bus, a panel that is
// the StatusNotifierWatcher, a notification daemon, a display. Its pictures
// are kept in artefacts.
func TestRekeyOnDesktop(t *testing.T) {
	program := kit.Rekey(t)
	t.Run("a sign-in dies and is mended", func(t *testing.T) { testDiesAndIsMended(t, program) })
	t.Run("a dead sign-in stays dead", func(t *testing.T) { testStaysDead(t, program) })
}

const account = "ada@example.com · Pro"

// signedIn is what the tooltip says then.
const signedIn = "signed in – " + account

// triggers is how many times more a refused sign-in is asked for.
const triggers = 10

func testDiesAndIsMended(t *testing.T, program string) {
	r := newRig(t, program, time.Hour)
	item := r.Item(t, r.startRekey(t))

	item.WaitTooltip(t, signedIn)
	item.WaitMenu(t, "account and plan", has(account))
	healthy := item.Icon(t)
	picture := r.ScreenshotAfter(t, "1-healthy", nil)

	// Revoked on the server: one request, one notification, another icon.
	r.server.RevokeAll()
	item.Click(t, "Refresh now")
	item.WaitTooltip(t, "Works until")
	item.WaitMenu(t, "the way out", has("Sign in again…"))
	r.notices.Wait(t, "a notification", func(n []desktop.Notice) bool { return len(n) > 0 && n[0].ID != 0 })
	if refused := item.Icon(t); same(refused, healthy) {
		t.Error("the icon is the same for a refused sign-in")
	}
	picture = r.ScreenshotAfter(t, "2-refused", picture)
	r.wantOnce(t)

	// Whatever asks for it: nothing more is sent, nothing more is shown.
	r.trigger(t, cli.ExitExpiring)
	r.wantOnce(t)
	r.OpenMenu(t)
	picture = r.ScreenshotAfter(t, "3-menu", picture)
	r.CloseMenu(t)
	picture = r.ScreenshotAfter(t, "4-menu-closed", picture)
	if words := r.shown(t, item); r.leaks(words) {
		t.Errorf("a token is shown:\n%s", words)
	}

	// One click, and the new auth.json clears everything.
	item.Click(t, "Sign in again…")
	item.WaitTooltip(t, signedIn)
	item.WaitMenu(t, "nothing to mend", func(m desktop.Menu) bool { return has(account)(m) && !has("Sign in again…")(m) })
	r.notices.Wait(t, "the notification's withdrawal", func(n []desktop.Notice) bool { return n[0].Withdrawn })
	if mended := item.Icon(t); !same(mended, healthy) {
		t.Error("the icon does not come back")
	}
	r.ScreenshotAfter(t, "5-mended", picture)
	if !r.server.Works(r.tokens(t).RefreshToken) {
		t.Error("the home has no working sign-in")
	}
	if got := r.server.Refreshes(); got != 1 {
		t.Errorf("%d refreshes were sent, want the refused one only: %q", got, outcomes(r.server))
	}
	if got := r.notices.All(); len(got) != 1 {
		t.Errorf("%d notifications were sent, want the one: %+v", len(got), got)
	}
	if words := r.shown(t, item); r.leaks(words) {
		t.Errorf("a token is shown:\n%s", words)
	}
}

// testStaysDead: the access token is past too, and Rekey is killed and started
// again. The server is asked once in all, and the user told once.
func testStaysDead(t *testing.T, program string) {
	r := newRig(t, program, -time.Minute)
	r.server.RevokeAll()
	first := r.startRekey(t)
	r.Item(t, first).WaitTooltip(t, "Sign in again")
	r.notices.Wait(t, "a notification", func(n []desktop.Notice) bool { return len(n) > 0 && n[0].ID != 0 })
	r.wantOnce(t)
	first.Kill(t)

	item := r.Item(t, r.startRekey(t))
	item.WaitTooltip(t, "Sign in again")
	item.WaitMenu(t, "the way out", has("Sign in again…"))
	r.ScreenshotAfter(t, "1-dead", nil)
	r.trigger(t, cli.ExitSignInRequired)
	r.wantOnce(t)
}

// trigger asks for a refresh in every way there is from outside, and wants
// each command to end with the code.
func (r *rig) trigger(t *testing.T, code int) {
	t.Helper()
	content, err := r.home.Read()
	must.Do(t, err)
	for i := range triggers {
		// The same sign-in, formatted differently: no reason to ask again.
		content := append(bytes.Clone(content), strings.Repeat("\n", i)...)
		must.Do(t, r.home.Replace(content))
		p := r.startRekey(t, "refresh")
		if got := p.Wait(t); got != code {
			t.Errorf("rekey refresh ended with %d, want %d:\n%s", got, code, p.Output())
		}
	}
}

// wantOnce: the server was asked once and the user was told once, in all.
func (r *rig) wantOnce(t *testing.T) {
	t.Helper()
	if got := outcomes(r.server); len(got) != 1 || r.server.Refreshes() != 1 {
		t.Errorf("requests %q, want one refresh", got)
	}
	if got := r.notices.All(); len(got) != 1 {
		t.Errorf("%d notifications were sent, want one: %+v", len(got), got)
	}
}

func outcomes(s *box.Server) (list []string) {
	for _, request := range s.Requests() {
		list = append(list, request.Endpoint+" "+request.Outcome)
	}
	return list
}

// has is the condition that a menu has a line that begins with the text.
func has(text string) func(desktop.Menu) bool {
	return func(m desktop.Menu) bool {
		_, ok := m.Find(text)
		return ok
	}
}

func same(a, b desktop.Icon) bool { return reflect.DeepEqual(a, b) }

// The demonstration needs no display, no account and no hand.
func TestDemoInText(t *testing.T) {
	t.Parallel()
	d := desktop.New(t)
	demo := d.Start(t, nil, kit.Rekey(t), "demo", "--text", "--auto")
	if code := demo.WaitFor(t, time.Minute); code != 0 {
		t.Errorf("the demo ended with %d", code)
	}
	for _, station := range []string{"Healthy", "Refreshed", "Revoked", "no further request, and one notification", "signed in again"} {
		if !strings.Contains(demo.Output(), station) {
			t.Errorf("the demo does not show %q:\n%s", station, demo.Output())
		}
	}
}
