//go:build linux || freebsd || openbsd || netbsd

package tray_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"fyne.io/systray"
	"github.com/godbus/dbus/v5"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/lending"
	"rekey/ui/tray"
	"rekey/ui/words"
	"rekey/usage"
)

// TestOpenMenuIsLeftAlone: on LXQt, which closes a menu that changes, new usage waits
// until the menu is closed. The tooltip and a new State do not wait.
func TestOpenMenuIsLeftAlone(t *testing.T) {
	if !kit.Alone(t) {
		return
	}
	address := kit.Bus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	session := kit.NewSession(kit.State(auth.StatusHealthy, time.Now()))
	ended := make(chan error, 1)
	go func() {
		ended <- tray.Run(t.Context(), []tray.Home{{Session: lending.Of(session)}}, tray.Options{
			Words: words.English(), Desktop: "LXQt", Log: slog.New(slog.DiscardHandler),
		})
	}()
	p := newPanel(t, address)
	p.open()
	use := func(percent float64) {
		session.PublishUsage(usage.Usage{Windows: []usage.Window{{Limit: usage.MainLimit, Minutes: 300, UsedPercent: &percent}}})
	}
	tip := func(percent string) {
		t.Helper()
		kit.Eventually(t, "the tooltip "+percent, func() bool { return strings.Contains(p.tooltip(), percent) })
	}
	const before, after = "5 h  ▰▰▱▱▱▱▱▱▱▱ 18 %", "5 h  ▰▰▰▰▰▰▱▱▱▱ 60 %"
	use(18)
	p.await(before)
	systray.TrayOpenedCh <- struct{}{} // not by the bus, because systray tells only who listens already
	session.Expect(t, "LookAtUsage")
	p.settle(session) // a new State is shown, and the tray knows that the menu is open
	use(50)
	tip("50 %")
	use(60)
	tip("60 %") // by now the row of 50 % would be there
	if _, there := p.row(before); !there {
		t.Errorf("the open menu has changed:\n%s", p.labels())
	}
	kit.Eventually(t, "the new usage in the closed menu", func() bool {
		if err := p.menu("Event", int32(0), "closed", dbus.MakeVariant(int32(0)), uint32(0)).Err; err != nil { // once it listens
			t.Fatal(err)
		}
		_, there := p.row(after)
		return there
	})
	use(18)
	p.await(before)
	session.End()
	<-ended
}
