//go:build linux

package desktop_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/desktop"
	"rekey/test/kit/must"
)

// TestIconComesBack: whatever happens to the panel, and whatever else is on the
// bus, the panel that runs shows the icon, once. The panel is a real one.
func TestIconComesBack(t *testing.T) {
	r := newBareRig(t, kit.Rekey(t), box.Config{AccessLife: -time.Minute})
	r.StartDisplay(t)
	r.StartNotifier(t)
	notices := r.RecordNotices(t)
	r.server.RevokeAll()
	r.server.SetAccessLife(time.Hour)

	// No panel yet: one clear sentence, and the rest goes on.
	p := r.startRekey(t)
	kit.Eventually(t, "the word about the panel", says(p, "No panel shows tray icons yet; the icon appears when one does."))
	notices.Wait(t, "a notification without a panel", func(n []desktop.Notice) bool { return len(n) == 1 && n[0].ID != 0 })

	panel := r.StartPanel(t)
	item := r.Item(t, p)
	item.WaitTooltip(t, "Sign in again")
	r.ScreenshotAfter(t, "1-panel-came-late", nil)

	back := func(step string, end func(*testing.T)) {
		t.Run(step, func(t *testing.T) {
			end(t)
			r.WaitForNoPanel(t)
			panel = r.StartPanelAgain(t)
			kit.Eventually(t, "the icon on the new panel", func() bool { return item.Registered(p.PID()) > 0 })
			item.WaitTooltip(t, "Sign in again")
			if n := item.Registered(p.PID()); n != 1 {
				t.Errorf("the panel has %d icons of the program", n)
			}
		})
	}
	back("the panel is restarted", func(t *testing.T) { panel.Stop(t) })
	back("the panel is killed", func(t *testing.T) { panel.Kill(t) })
	back("the panel hangs and is killed", func(t *testing.T) {
		must.Do(t, syscall.Kill(-panel.PID(), syscall.SIGSTOP))
		panel.Kill(t)
		_ = syscall.Kill(-panel.PID(), syscall.SIGKILL) // what it started still hangs
	})
	back("the panel is killed after a signal that nobody expects", func(t *testing.T) {
		confuse(t, r.Connect(t), item.Connection())
		panel.Kill(t)
	})
	back("the panel is killed once more", func(t *testing.T) { panel.Kill(t) })

	// The button of a real notification.
	r.ClickNotice(t)
	item.WaitTooltip(t, signedIn)
	notices.Wait(t, "the notification's end", func(n []desktop.Notice) bool { return len(n) == 1 })
	item.WaitMenu(t, "what to know about it", has("Signed in. Codex processes already running pick it up on their next request."))
	t.Run("after the notification's button", func(t *testing.T) {
		panel.Kill(t)
		r.WaitForNoPanel(t)
		panel = r.StartPanelAgain(t)
		kit.Eventually(t, "the icon on the new panel", func() bool { return item.Registered(p.PID()) == 1 })
		item.WaitTooltip(t, signedIn)
		r.ScreenshotAfter(t, "2-back", nil)
	})
	if code := p.Stop(t); code != 0 {
		t.Errorf("the program ended with %d", code)
	}
}

// confuse sends the icon's connection a signal as NotificationClosed is, as any
// program may do.
func confuse(t *testing.T, conn *dbus.Conn, to string) {
	t.Helper()
	call := conn.Send(&dbus.Message{
		Type: dbus.TypeSignal,
		Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldDestination: dbus.MakeVariant(to),
			dbus.FieldPath:        dbus.MakeVariant(dbus.ObjectPath("/org/freedesktop/Notifications")),
			dbus.FieldInterface:   dbus.MakeVariant("org.freedesktop.Notifications"),
			dbus.FieldMember:      dbus.MakeVariant("NotificationClosed"),
			dbus.FieldSignature:   dbus.MakeVariant(dbus.SignatureOf(uint32(1), uint32(1))),
		},
		Body: []any{uint32(1), uint32(1)},
	}, nil)
	if call != nil && call.Err != nil {
		t.Fatal(call.Err)
	}
	// Once it answers a call it has received what came before.
	if err := conn.Object(to, "/").Call("org.freedesktop.DBus.Peer.Ping", 0).Err; err != nil {
		t.Fatal(fmt.Errorf("the program does not answer: %w", err))
	}
}

// TestNobodyNotifies: without a notification service the log says so once, the
// other ways that are tried leave the icon alone, and the service that comes
// shows what is owed.
func TestNobodyNotifies(t *testing.T) {
	r := newBareRig(t, kit.Rekey(t), box.Config{AccessLife: -time.Minute})
	r.StartDisplay(t)
	panel := r.StartPanel(t)
	notices := r.RecordNotices(t)
	r.server.RevokeAll()
	p := r.startRekey(t)
	item := r.Item(t, p)
	item.WaitTooltip(t, "Sign in again")
	const trouble = "Cannot show a notification; the icon and the menu still say what is wrong"
	kit.Eventually(t, "the log's word", says(p, trouble))
	item.Click(t, "Keep my sign-in fresh") // another State, and so another try
	item.WaitMenu(t, "the switch", func(m desktop.Menu) bool {
		row, ok := m.Find("Keep my sign-in fresh")
		return ok && !row.Checked
	})
	panel.Kill(t)
	r.WaitForNoPanel(t)
	r.StartPanelAgain(t)
	kit.Eventually(t, "the icon on the new panel", func() bool { return item.Registered(p.PID()) == 1 })

	r.StartNotifier(t)
	item.Click(t, "Keep my sign-in fresh")
	notices.Wait(t, "the notification that is owed", func(n []desktop.Notice) bool {
		return len(n) > 0 && n[len(n)-1].ID != 0
	})
	if n := strings.Count(p.Output(), trouble); n != 1 {
		t.Errorf("the log says %d times that nobody notifies, want once", n)
	}
}

// TestNotifierHangs: a notification service that does not answer holds up
// nothing but the notification, which it shows when it works again.
func TestNotifierHangs(t *testing.T) {
	r := newBareRig(t, kit.Rekey(t), box.Config{AccessLife: -time.Minute})
	r.StartDisplay(t)
	r.StartWatcher(t)
	notifier := r.StartNotifier(t)
	notices := r.RecordNotices(t)
	must.Do(t, syscall.Kill(notifier.PID(), syscall.SIGSTOP))
	r.server.RevokeAll()
	p := r.startRekey(t)
	item := r.Item(t, p)
	item.WaitTooltip(t, "Sign in again")
	fresh := func(on bool) {
		item.Click(t, "Keep my sign-in fresh")
		item.WaitMenu(t, "the switch", func(m desktop.Menu) bool {
			row, ok := m.Find("Keep my sign-in fresh")
			return ok && row.Checked == on
		})
	}
	fresh(false)
	const trouble = "Cannot show a notification; the icon and the menu still say what is wrong"
	if says(p, trouble)() {
		t.Error("the menu was held up until the notification was given up")
	}
	kit.Eventually(t, "the log's word", says(p, trouble))
	fresh(true)
	must.Do(t, syscall.Kill(notifier.PID(), syscall.SIGCONT))
	fresh(false) // another State, and so another try
	notices.Wait(t, "the notification that is owed", func(n []desktop.Notice) bool { return len(n) == 1 && n[0].ID != 0 })
	if n := strings.Count(p.Output(), trouble); n != 1 {
		t.Errorf("the log says %d times that nobody notifies, want once", n)
	}
}
