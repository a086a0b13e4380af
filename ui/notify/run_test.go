package notify_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/ui/notify"
	"rekey/ui/words"
)

const (
	dead  = "show The refresh token was already used. Codex works again once you have signed in."
	other = "show The sign-in was revoked. Codex works again once you have signed in."
)

func revoked(s *auth.State) { s.Refused, s.Notice = auth.ReasonRevoked, "notice-2" }

func TestRunOnceAndMended(t *testing.T) {
	begin(t, notify.Options{}, func(t *testing.T, st *stage) {
		synctest.Wait()
		st.expect("healthy", "")
		st.publish(auth.StatusSignInRequired, func(s *auth.State) { s.Notice = "" })
		st.expect("nothing is owed", "")
		st.publish(auth.StatusSignInRequired, nil)
		st.expect("refused", dead)
		st.publish(auth.StatusSignInRequired, func(s *auth.State) { s.SigningIn = true })
		st.publish(auth.StatusSignInRequired, func(s *auth.State) { s.Notice = "" })
		st.expect("still refused", "")
		st.publish(auth.StatusHealthy, nil)
		st.expect("fixed", "withdraw")
		st.publish(auth.StatusSignInRequired, nil)
		st.expect("the same refusal again", "")
		st.publish(auth.StatusSignInRequired, revoked)
		st.expect("another refusal", other)
	})
}

func TestRunReplacesInPlace(t *testing.T) {
	begin(t, notify.Options{}, func(t *testing.T, st *stage) {
		st.publish(auth.StatusSignInRequired, nil)
		st.publish(auth.StatusSignInRequired, revoked)
		st.expect("two refusals", dead+"; "+other)
	})
}

func TestRunAnotherProcessShows(t *testing.T) {
	begin(t, notify.Options{}, func(t *testing.T, st *stage) {
		st.session.Take("notice-2")
		st.publish(auth.StatusSignInRequired, nil)
		st.publish(auth.StatusSignInRequired, revoked)
		st.expect("the second is not ours", dead+"; withdraw")
	})
}

func TestRunClaimFails(t *testing.T) {
	begin(t, notify.Options{}, func(t *testing.T, st *stage) {
		st.session.Answer("ClaimNotice", errors.New("disk full"))
		st.publish(auth.StatusSignInRequired, nil)
		st.expect("not knowing whether it was shown", "")
		st.session.Answer("ClaimNotice", nil)
		st.publish(auth.StatusSignInRequired, func(s *auth.State) { s.AnswerLost = true })
		st.expect("knowing", dead)
	})
}

// mending is a Session in which another process fixes the sign-in while the
// notice is being claimed.
type mending struct{ *kit.Session }

func (m mending) ClaimNotice(ctx context.Context, notice string) (bool, error) {
	fixed := kit.State(auth.StatusHealthy, time.Now())
	fixed.Notice = notice
	m.Publish(fixed)
	return m.Session.ClaimNotice(ctx, notice)
}

func TestRunMendedWhileClaiming(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, shown := mending{kit.NewSession(kit.State(auth.StatusSignInRequired, time.Now()))}, &screen{}
		stop := kit.Go(t, func(ctx context.Context) {
			notify.Run(ctx, s, shown, notify.Options{Words: words.English(), Log: slog.New(slog.DiscardHandler)})
		})
		s.Expect(t, "ClaimNotice notice-1")
		synctest.Wait()
		stop()
		if did := shown.take(); did != "" {
			t.Errorf("the screen saw %q for a sign-in that was fixed", did)
		}
	})
}

func TestRunNobodyShows(t *testing.T) {
	begin(t, notify.Options{}, func(t *testing.T, st *stage) {
		st.screen.err = errors.New("no such service")
		st.publish(auth.StatusSignInRequired, nil)
		st.publish(auth.StatusSignInRequired, func(s *auth.State) { s.AnswerLost = true })
		st.expect("tried at each State", dead+"; "+dead)
		st.screen.err = nil
		st.publish(auth.StatusSignInRequired, nil)
		st.expect("the service is back", dead)
		st.stop()
		if n := strings.Count(st.log.String(), "Cannot show"); n != 1 {
			t.Errorf("the log says %d times that there is no service, want once:\n%s", n, st.log)
		}
	})
}

func TestRunIsNotHeldUp(t *testing.T) {
	begin(t, notify.Options{}, func(t *testing.T, st *stage) {
		st.screen.hang = true
		start := time.Now()
		st.session.Publish(kit.State(auth.StatusSignInRequired, start))
		st.session.Expect(t, "ClaimNotice notice-1")
		time.Sleep(time.Minute)
		st.screen.take()
		st.publish(auth.StatusHealthy, nil)
		st.publish(auth.StatusSignInRequired, revoked)
		st.session.Expect(t, "ClaimNotice notice-2")
	})
}

func TestRunButton(t *testing.T) {
	begin(t, notify.Options{}, func(t *testing.T, st *stage) {
		st.session.Answer("SignIn", errors.New("the browser did not open"))
		st.publish(auth.StatusExpiring, nil)
		st.session.Expect(t, "ClaimNotice notice-1")
		n := st.screen.last
		if n.Title != "Sign in to Codex again" || n.Account != "ada@example.com · Pro" || n.Icon == nil {
			t.Errorf("the notification is %q, %q, with the icon %v", n.Title, n.Account, n.Icon)
		}
		n.SignIn()
		st.session.Expect(t, "SignIn")
		st.stop()
		if !strings.Contains(st.log.String(), "the browser did not open") {
			t.Error("the log does not say why the sign-in did not work")
		}
	})
}

func TestRunTakesBackAtTheEnd(t *testing.T) {
	begin(t, notify.Options{}, func(t *testing.T, st *stage) {
		st.publish(auth.StatusSignInRequired, nil)
		st.screen.take()
		st.stop()
		st.expect("the end", "withdraw")
		if strings.Contains(st.log.String(), "Cannot withdraw") {
			t.Error("the end's context was over before the message was taken back")
		}
	})
}

// TestRunCorrectsWhatItShows: the message on the screen never says what is no
// longer so, and nobody is called a second time for it.
func TestRunCorrectsWhatItShows(t *testing.T) {
	begin(t, notify.Options{}, func(t *testing.T, st *stage) {
		synctest.Wait()
		st.publish(auth.StatusExpiring, nil)
		if got := st.screen.take(); !strings.HasPrefix(got, "show Codex still works until ") {
			t.Errorf("the screen saw %q", got)
		}
		st.publish(auth.StatusExpiring, func(s *auth.State) { s.AnswerLost = true })
		st.expect("nothing that is said has changed", "")
		st.publish(auth.StatusSignInRequired, nil)
		st.expect("the access token has expired", "correct "+strings.TrimPrefix(dead, "show "))
		st.publish(auth.StatusHealthy, nil)
		st.expect("fixed", "withdraw")
	})
}

// TestRunSwitchedOff: nothing is shown and nothing claimed; what is still true
// when they are on again is shown then, once.
func TestRunSwitchedOff(t *testing.T) {
	begin(t, notify.Options{}, func(t *testing.T, st *stage) {
		off := func(s *auth.State) { s.Notifications = false }
		st.publish(auth.StatusSignInRequired, off)
		st.expect("off", "")
		if n := len(st.session.Calls); n > 0 {
			t.Errorf("%d calls while they are off", n)
		}
		st.publish(auth.StatusSignInRequired, nil)
		st.expect("on", dead)
		st.publish(auth.StatusSignInRequired, off)
		st.expect("off again", "withdraw")
		st.publish(auth.StatusSignInRequired, nil)
		st.expect("on again: it was told", "")
	})
}

// TestRunNamesTheHome: with several homes the message says which it is about.
func TestRunNamesTheHome(t *testing.T) {
	begin(t, notify.Options{Home: "~/work"}, func(t *testing.T, st *stage) {
		st.publish(auth.StatusSignInRequired, nil)
		if got := st.screen.last.Account; got != "~/work: ada@example.com · Pro" {
			t.Errorf("the message is about %q", got)
		}
		st.publish(auth.StatusSignInRequired, func(s *auth.State) { revoked(s); s.Email, s.Plan = "", "" })
		if got := st.screen.last.Account; got != "~/work" {
			t.Errorf("the message is about %q", got)
		}
	})
}
