package keeper

import (
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/test/kit"
)

// lastCallWindow is when the one attempt after a lost answer may be made.
func lastCallWindow(end time.Time) (from, to time.Time) {
	to = end.Add(-auth.CodexWindow - lastCall)
	return to.Add(-lastCallSpread), to
}

// wantWithin checks when a request was made.
func wantWithin(t *testing.T, q request, from, to time.Time) {
	t.Helper()
	if q.at.Before(from) || q.at.After(to) {
		t.Errorf("asked at %v, want %v to %v", q.at, from, to)
	}
}

// lose brings the rig to the moment after the first answer was lost.
func (r *rig) lose() {
	r.t.Helper()
	r.server.turn(lostBefore)
	r.until(r.due().Add(time.Second))
	r.wantOutcomes(lostBefore)
}

func TestLostAnswerLastCall(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		end := r.expires()
		r.lose()
		r.server.turn(fine)
		r.until(end)
		all := r.wantOutcomes(fine)
		from, to := lastCallWindow(end)
		wantWithin(t, all[0], from, to)
	})
}

// TestLostAnswerIsAskedExactlyOnceMore: while the access token works there is
// exactly one more request, even after wakes; once it has expired, requests go
// on as usual.
func TestLostAnswerIsAskedExactlyOnceMore(t *testing.T) {
	for _, w := range []weather{lostBefore, down, busy} {
		t.Run(string(w), func(t *testing.T) {
			inBubble(t, 10*time.Hour, func(r *rig) {
				end := r.expires()
				r.lose()
				r.clock.sleep(5 * time.Minute)
				r.want()
				r.server.turn(w)
				_, to := lastCallWindow(end)
				r.until(to.Add(time.Second))
				r.wantOutcomes(w)
				r.clock.sleep(time.Minute)
				r.server.turn(fine)
				r.wantFirstAt(end, fine)
			})
		})
	}
}

// TestLostAnswerLastCallOffline: an attempt that did not reach the server has
// spent nothing, so it may be repeated until Codex's window opens.
func TestLostAnswerLastCallOffline(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		end := r.expires()
		r.lose()
		r.server.turn(offline)
		r.until(end.Add(-auth.CodexWindow))
		all := r.server.seen()
		if len(all) < 2 || len(all) > 6 {
			t.Errorf("attempts = %v, want a few", all)
		}
		wantGaps(t, all, minSpacing, lastCall+lastCallSpread)
		r.wantFirstAt(end, offline)
	})
}

// TestLostAnswerTooLate: the answer to a request inside Codex's window.
func TestLostAnswerTooLate(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		end := r.expires()
		r.clock.sleep(end.Add(-3 * time.Minute).Sub(monday))
		r.server.turn(lostBefore)
		r.pass(time.Minute)
		r.wantOutcomes(lostBefore)
		r.server.turn(fine)
		r.wantFirstAt(end, fine)
	})
}

// TestLostAnswerShortLife: where half the life is Codex's window already,
// there is no moment for a last call.
func TestLostAnswerShortLife(t *testing.T) {
	inBubble(t, 10*time.Minute, func(r *rig) {
		end := r.expires()
		r.lose()
		r.server.turn(fine)
		r.wantFirstAt(end, fine)
	})
}

// TestLostAnswerOfOthers: the answer to the user's own request is lost, long
// before a refresh is due. The keeper still makes only one attempt.
func TestLostAnswerOfOthers(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		end := r.expires()
		r.pass(time.Hour)
		r.server.turn(lostAfter)
		if err := r.manager.Refresh(r.t.Context(), auth.RefreshForced); auth.OutcomeOf(err) != auth.OutcomeTransient {
			t.Fatalf("Refresh = %v", err)
		}
		r.server.turn(fine)
		r.until(end)
		all := r.wantOutcomes(lostAfter, weather(auth.ReasonReused))
		from, to := lastCallWindow(end)
		wantWithin(t, all[1], from, to)
	})
}

// TestLostAnswerIsRemembered: the answer still counts as lost when another
// request with the same token fails in a way that says nothing about it.
func TestLostAnswerIsRemembered(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		end := r.expires()
		r.lose()
		r.server.turn(offline)
		r.pass(minSpacing)
		_ = r.manager.Refresh(r.t.Context(), auth.RefreshForced)
		r.wantOutcomes(offline)
		r.server.turn(fine)
		from, _ := lastCallWindow(end)
		r.until(from)
		r.want()
		r.until(end)
		r.wantOutcomes(fine)
	})
}

// TestLostAnswerSurvivesABlip: the store cannot be read for a moment after the
// last call. That does not earn another one.
func TestLostAnswerSurvivesABlip(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		end := r.expires()
		r.lose()
		_, to := lastCallWindow(end)
		r.until(to.Add(time.Second))
		r.wantOutcomes(lostBefore)
		var kept []byte
		r.store.Change(func(m *kit.Store) { kept, m.Content = m.Content, []byte("{") })
		if err := r.manager.Reload(r.t.Context()); err == nil {
			t.Fatal("half a file was read")
		}
		synctest.Wait()
		r.wantNext(time.Time{})
		r.server.turn(fine)
		r.adopt(kept)
		r.wantFirstAt(end, fine)
	})
}

// TestLostAnswerAdopted: after new tokens are adopted nothing is lost any more.
func TestLostAnswerAdopted(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		r.lose()
		r.server.turn(fine)
		r.adopt(r.server.signIn())
		due := r.due()
		r.wantNext(due)
		r.until(due.Add(time.Second))
		r.wantOutcomes(fine)
	})
}

// TestLostAnswerOpaque: the expiry of such a token is unknown. The keeper makes
// one last call before Codex's eighth day and then leaves it to Codex.
func TestLostAnswerOpaque(t *testing.T) {
	inBubble(t, 0, func(r *rig) {
		r.lose()
		r.pass(30 * 24 * time.Hour)
		all := r.wantOutcomes(lostBefore)
		opens := monday.Add(auth.CodexMaxAge)
		wantWithin(t, all[0], opens.Add(-lastCall-lastCallSpread), opens.Add(-lastCall))
		r.wantNext(time.Time{})
	})
}
