package notify_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/ui/notify"
	"rekey/ui/words"
	"rekey/usage"
)

// TestAlerts: each is shown once, by the process that may, and taken back when it
// is no longer so.
func TestAlerts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := 82.0
		alert := usage.Alert{ID: "usage/5h/80", Percent: 80, Window: usage.Window{
			Limit: usage.MainLimit, Minutes: 300, UsedPercent: &full, ResetsAt: time.Now().Add(time.Hour),
		}}
		session := kit.NewSession(kit.State(auth.StatusHealthy, time.Now()))
		shown := &screen{}
		stop := kit.Go(t, func(ctx context.Context) {
			notify.RunAlerts(ctx, session, shown, notify.Options{Words: words.English(), Log: slog.New(slog.DiscardHandler)})
		})
		publish := func(step, want string, alerts ...usage.Alert) {
			t.Helper()
			session.PublishUsage(usage.Usage{Alerts: alerts})
			synctest.Wait()
			if got := shown.take(); got != want {
				t.Errorf("%s: the screen saw %q, want %q", step, got, want)
			}
		}
		publish("nothing is due", "")
		_, body := words.English().UsageAlert(alert, time.Now())
		publish("due", "show "+body, alert)
		session.Expect(t, "ClaimNotice usage/5h/80")
		session.Answer("ClaimNotice", errors.New("disk full"))
		publish("still due", "", alert)
		publish("reset", "withdraw")
		stop()
		if shown.last.SignIn != nil || shown.last.Title != "5 h: 82% used" {
			t.Errorf("the alert is %+v", shown.last)
		}
	})
}
