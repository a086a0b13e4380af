package notify_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/desktop"
	"rekey/ui/notify"
	"rekey/ui/words"
)

// TestPictures shows every notification in two real daemons, in both languages,
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
			})
		}
	}
}

// show has a home notify until the test ends.
func show(t *testing.T, d *desktop.Desktop, w words.Words, s auth.State) {
	t.Helper()
	bus := notify.NewBus(d.Address())
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		notify.Run(ctx, kit.NewSession(s), bus, notify.Options{Words: w, Log: slog.New(slog.DiscardHandler)})
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		_ = bus.Close()
	})
}
