package notify_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/lend"
	"rekey/test/kit"
	"rekey/test/kit/lending"
	"rekey/ui/notify"
	"rekey/ui/words"
)

// TestLoans: one notification for all borrowers that are about to lose their
// sign-in together, by the process that may, corrected in place, and taken back
// when it is no longer so.
func TestLoans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		state := kit.State(auth.StatusHealthy, time.Now())
		state.Notifications = true
		session := lending.Of(kit.NewSession(state))
		shown := &screen{}
		stop := kit.Go(t, func(ctx context.Context) {
			notify.RunLoans(ctx, session, shown, notify.Options{Words: words.English(), Log: slog.New(slog.DiscardHandler)})
		})
		until := time.Now().Add(10 * time.Minute)
		loan := func(name string, failures int) lend.Loan {
			l := lend.Loan{ID: name, Target: lend.Target{Name: name}, WorksUntil: until, Failures: failures}
			if failures > 0 {
				l.Fault = &lend.Fault{Code: lend.Unreachable}
			}
			return l
		}
		step := func(what, want string, loans ...lend.Loan) {
			t.Helper()
			session.Lend(loans...)
			synctest.Wait()
			if got := shown.take(); got != want {
				t.Errorf("%s: the screen saw %q, want %q", what, got, want)
			}
		}
		body := "ssh:box cannot be reached. What it has works until " + until.Format("15:04") + "."
		step("all is well", "", loan("ssh:box", 0))
		step("one is short", "show "+body, loan("ssh:box", 1))
		session.Expect(t, "ClaimNotice loans-"+until.UTC().Format(time.RFC3339))
		step("it is tried again", "", loan("ssh:box", 2))
		step("another one is, too", "correct "+body, loan("ssh:box", 2), loan("docker:web", 1))
		if shown.last.Title != "2 machines are about to lose their sign-in" || shown.last.SignIn != nil {
			t.Errorf("the notification is %+v", shown.last)
		}
		step("both are reached", "withdraw", loan("ssh:box", 0), loan("docker:web", 0))
		step("the same again", "", loan("ssh:box", 1))
		session.Expect(t, "ClaimNotice loans-"+until.UTC().Format(time.RFC3339))

		until = until.Add(time.Minute)
		session.Take("loans-" + until.UTC().Format(time.RFC3339))
		step("another process shows it", "", loan("ssh:box", 1))
		session.Expect(t, "ClaimNotice loans-"+until.UTC().Format(time.RFC3339))

		until = until.Add(time.Minute)
		off := session.State()
		off.Notifications = false
		session.Publish(off)
		step("switched off", "", loan("ssh:box", 1))
		off = session.State()
		off.Notifications = true
		session.Publish(off)
		synctest.Wait()
		if got := shown.take(); got != "show ssh:box cannot be reached. What it has works until "+until.Format("15:04")+"." {
			t.Errorf("switched on: the screen saw %q", got)
		}
		stop()
		if got := shown.take(); got != "withdraw" {
			t.Errorf("at its end: the screen saw %q", got)
		}
	})
}
