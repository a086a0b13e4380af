//go:build linux || freebsd || openbsd || netbsd

package tray_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/lending"
	"rekey/ui/tray"
	"rekey/ui/words"
)

// TestTrayOfTwoHomes: each home has a submenu whose clicks are its own.
func TestTrayOfTwoHomes(t *testing.T) {
	if !kit.Alone(t) {
		return
	}
	address := kit.Bus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	first := kit.NewSession(kit.State(auth.StatusHealthy, time.Now()))
	second := kit.NewSession(kit.State(auth.StatusHealthy, time.Now()))
	opened := make(chan string, 1)
	open := func(name string) func(context.Context) error {
		return func(context.Context) error { opened <- name; return nil }
	}
	ended := kit.Later(func() error {
		return tray.Run(t.Context(), []tray.Home{
			{Name: "~/.codex", Session: lending.Of(first), OpenWindow: open("first")},
			{Name: "~/work", Session: lending.Of(second), OpenWindow: open("second")},
		}, tray.Options{Words: words.English(), Log: slog.New(slog.DiscardHandler)})
	})
	p := newPanel(t, address)
	p.open()
	const healthy = "ada@example.com · Pro"
	p.await("~/.codex: " + healthy)
	p.await("~/work: " + healthy)
	if tip := p.tooltip(); tip != "Rekey: ~/.codex: "+healthy {
		t.Errorf("the tooltip is %q, want the first of equals", tip)
	}
	if ids := p.layout(); !slices.IsSorted(ids) || len(ids) != 2+1+4+1+1 {
		t.Errorf("the layout is %v, want two homes, a line, four rows, a line and one row", ids)
	}
	p.clickBelow("~/work", "Refresh now")
	second.Expect(t, "Refresh")
	p.clickBelow("~/.codex", "Open Rekey…")
	if got := <-opened; got != "first" {
		t.Errorf("the %s home's window was opened", got)
	}
	p.click("Keep my sign-in fresh")
	first.Expect(t, `SetPreferences {"keepFresh":false}`)

	picture := p.picture()
	dead := kit.State(auth.StatusExpiring, time.Now())
	second.Publish(dead)
	p.await("~/work: " + words.English().Headline(dead, time.Now()))
	kit.Eventually(t, "another picture", func() bool { return p.picture() != picture })
	p.clickBelow("~/work", "Sign in again…")
	second.Expect(t, "SignIn")

	// One row changes: one signal.
	p.settle(second)
	p.count()
	dead.Refused = auth.ReasonExpired
	second.Publish(dead)
	p.await("Cannot be refreshed: the refresh token has expired")
	got := p.count()
	if got[itemIface+".NewIcon"] != 0 || got[itemIface+".NewToolTip"] != 0 ||
		got[menuIface+".ItemsPropertiesUpdated"] != 1 || got[menuIface+".LayoutUpdated"] != 0 {
		t.Errorf("one changed row made these signals: %v", got)
	}
	if len(first.Calls) != 0 {
		t.Errorf("the first home's session was asked to %s", <-first.Calls)
	}
	second.End()
	if err := kit.Receive(t, "the end of Run", ended); !errors.Is(err, tray.ErrSessionEnded) {
		t.Errorf("Run = %v, want ErrSessionEnded", err)
	}
}
