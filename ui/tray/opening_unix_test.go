//go:build linux || freebsd || openbsd || netbsd

package tray_test

import (
	"slices"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/usage"
)

// TestOpenMenuIsLeftAlone: what a menu shows changes while it is open, but its layout
// does not, for which some panels close it.
func TestOpenMenuIsLeftAlone(t *testing.T) {
	if !kit.Alone(t) {
		return
	}
	address := kit.Bus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	session := kit.NewSession(kit.State(auth.StatusHealthy, time.Now()))
	end := runTray(t, session)
	p := newPanel(t, address)
	p.open()
	use := func(percent float64) {
		session.PublishUsage(usage.Usage{Windows: []usage.Window{{Limit: usage.MainLimit, Minutes: 300, UsedPercent: &percent}}})
	}
	use(18)
	p.await("5 h  ▰▰▱▱▱▱▱▱▱▱ 18%")
	must.Do(t, p.menu("Event", int32(0), "opened", dbus.MakeVariant(int32(0)), uint32(0)).Err)
	session.Expect(t, "LookAtUsage")
	before := p.layout()
	use(60)
	p.await("5 h  ▰▰▰▰▰▰▱▱▱▱ 60%")
	session.Publish(kit.State(auth.StatusSignInRequired, time.Now()))
	p.await("Sign in again…")
	if after := p.layout(); !slices.Equal(before, after) {
		t.Errorf("the layout was %v and is %v", before, after)
	}
	if n := p.count()[menuIface+".LayoutUpdated"]; n != 0 {
		t.Errorf("the panel was told %d times that the layout has changed", n)
	}
	end()
}
