package notify_test

import (
	"context"
	"image"
	"log/slog"
	"testing"
	"time"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/desktop"
	"rekey/ui/notify"
	"rekey/ui/words"
	"rekey/usage"
)

// TestPictures shows every kind of notification in two real daemons, in both languages,
// beside each other, for people to look at. They are kept in artefacts.
func TestPictures(t *testing.T) {
	t.Parallel()
	daemons := map[string]func(*desktop.Desktop, testing.TB) *desktop.Process{
		"dunst": (*desktop.Desktop).StartNotifier,
		"xfce":  (*desktop.Desktop).StartXfceNotifier,
	}
	for name, start := range daemons {
		for _, language := range []string{"en", "zh-Hans"} {
			t.Run(name+" "+language, func(t *testing.T) {
				t.Parallel()
				desktop.Require(t, desktop.DisplayServer, desktop.Camera, desktop.WindowManager, desktop.PanelProgram)
				d := desktop.New(t)
				d.StartDisplay(t)
				d.StartPanel(t) // for its settings
				start(d, t)
				record := d.RecordNotices(t)
				empty := d.ScreenshotAfter(t, "0 none", nil)
				long := kit.State(auth.StatusSignInRequired, time.Now())
				long.Email = "a.person.with.quite.a.long.name+codex&<b>bold</b>@subdomain.example.com"
				for i, s := range []auth.State{kit.State(auth.StatusExpiring, time.Now()), long} {
					show(t, d, words.New(lang.For(language)), s)
					record.Wait(t, "the notification", func(n []desktop.Notice) bool { return len(n) == i+1 && n[i].ID != 0 })
					empty = d.ScreenshotAfter(t, string(rune('1'+i))+" "+string(s.Status), empty)
				}
				pictureAlerts(t, d, record, words.New(lang.For(language)), empty)
			})
		}
	}
}

// pictureAlerts shows an alert, and the one about the reset after it, until that
// ends too. before is what the display shows.
func pictureAlerts(t *testing.T, d *desktop.Desktop, record *desktop.Notices, w words.Words, before *image.RGBA) {
	t.Helper()
	session, percent := showAlerts(t, d, w), 85.0
	window := usage.Window{Limit: usage.MainLimit, Minutes: 300, UsedPercent: &percent, ResetsAt: time.Now().Add(time.Hour)}
	session.PublishUsage(usage.Usage{Alerts: []usage.Alert{{ID: "usage/80", Window: window, Percent: 80}}})
	record.Wait(t, "the alert", func(n []desktop.Notice) bool { return len(n) == 3 && n[2].ID != 0 })
	before = d.ScreenshotAfter(t, "3 alert", before)
	window = usage.Window{Limit: usage.MainLimit, Minutes: 300, UsedPercent: new(float64), NotBegun: true}
	session.PublishUsage(usage.Usage{Alerts: []usage.Alert{{ID: "usage/0", Window: window}}})
	record.Wait(t, "the alert about the reset", func(n []desktop.Notice) bool { return len(n) == 4 && n[3].ID != 0 && n[2].Withdrawn })
	before = d.ScreenshotAfter(t, "4 reset", before)
	session.PublishUsage(usage.Usage{})
	record.Wait(t, "its end", func(n []desktop.Notice) bool { return n[3].Withdrawn })
	d.ScreenshotAfter(t, "5 without", before)
}

// show has a home notify until the test ends.
func show(t *testing.T, d *desktop.Desktop, w words.Words, s auth.State) {
	t.Helper()
	bus := notify.NewBus(d.Address())
	t.Cleanup(func() { _ = bus.Close() })
	kit.Go(t, func(ctx context.Context) {
		notify.Run(ctx, kit.NewSession(s), bus, notify.Options{Words: w, Log: slog.New(slog.DiscardHandler)})
	})
}

// showAlerts shows alerts of the session that it returns until the test ends.
func showAlerts(t *testing.T, d *desktop.Desktop, w words.Words) *kit.Session {
	t.Helper()
	bus := notify.NewBus(d.Address())
	t.Cleanup(func() { _ = bus.Close() })
	state := kit.State(auth.StatusHealthy, time.Now())
	state.Notifications = true
	session := kit.NewSession(state)
	kit.Go(t, func(ctx context.Context) {
		notify.RunAlerts(ctx, session, bus, notify.Options{Words: w, Log: slog.New(slog.DiscardHandler)})
	})
	return session
}
