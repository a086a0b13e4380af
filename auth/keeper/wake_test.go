package keeper

import (
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
)

// TestWakeWithAnEndedToken: one request, after the network had time to come
// back, whatever the system tells first: the wake or the moment that has passed.
func TestWakeWithAnEndedToken(t *testing.T) {
	for name, early := range map[string]bool{"wake first": false, "alarm first": true} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, 10*time.Hour, func(r *rig) {
				r.clock.early = early
				r.pass(time.Hour)
				r.clock.sleep(14 * time.Hour)
				woke := r.clock.True()
				if st := r.manager.State(); st.Usable {
					t.Error("the State still calls the token usable")
				}
				r.wantNext(woke.Add(settleBase + part(r.read().Seed, drawSettle, settleSpread)))
				r.pass(time.Minute)
				all := r.wantOutcomes(fine)
				after := all[0].at.Sub(woke)
				if after < settleBase || after > settleBase+settleSpread {
					t.Errorf("asked %v after the wake", after)
				}
			})
		})
	}
}

// TestWakeBeforeTheMoment: a sleep that ends in time changes nothing.
func TestWakeBeforeTheMoment(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		due := r.due()
		r.clock.sleep(8 * time.Hour)
		r.wantNext(due)
		r.until(due.Add(time.Second))
		r.want(request{at: due, outcome: "refreshed"}.String())
	})
}

// TestFirstFailureAfterAWakeIsNotShown: only the second one is.
func TestFirstFailureAfterAWakeIsNotShown(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		r.until(r.due().Add(time.Minute)) // one that works, so that nothing is unknown
		r.clock.sleep(r.due().Add(5 * time.Minute).Sub(r.clock.True()))
		before := r.manager.State()
		r.server.turn(offline)
		r.pass(settleBase + settleSpread + time.Second)
		r.wantOutcomes(fine, offline)
		st := r.manager.State()
		if st.NextRefresh = before.NextRefresh; st != before {
			t.Errorf("State = %+v\nwant   %+v", st, before)
		}
		r.pass(time.Minute)
		r.wantOutcomes(offline)
		if st := r.manager.State(); st.Problem == "" || st.Refreshable != auth.RefreshableUnknown {
			t.Errorf("State = %+v, want the second failure in it", st)
		}
	})
}

// TestALaterFailureIsShown: long after the wake the network should be back.
func TestALaterFailureIsShown(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		r.clock.sleep(time.Hour)
		r.server.turn(offline)
		r.until(r.due().Add(time.Second))
		r.wantOutcomes(offline)
		if st := r.manager.State(); st.Problem == "" {
			t.Errorf("State = %+v, want the failure in it", st)
		}
	})
}

// TestALostAnswerIsAlwaysShown, also right after a wake.
func TestALostAnswerIsAlwaysShown(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		r.clock.sleep(9*time.Hour + 40*time.Minute)
		r.server.turn(lostBefore)
		r.pass(time.Minute)
		r.wantOutcomes(lostBefore)
		if st := r.manager.State(); !st.AnswerLost {
			t.Errorf("State = %+v, want AnswerLost", st)
		}
	})
}

func TestClockSetForward(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		r.until(r.due().Add(-30 * time.Minute))
		r.clock.set(time.Hour)
		set := r.clock.True()
		r.want()
		r.pass(time.Minute)
		all := r.wantOutcomes(fine)
		if after := all[0].at.Sub(set); after < settleBase || after > settleBase+settleSpread {
			t.Errorf("asked %v after the clock was set", after)
		}
		r.pass(6 * time.Hour)
		r.want()
	})
}

func TestClockSetBack(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		due := r.due()
		r.until(due.Add(-30 * time.Minute))
		r.clock.set(-time.Hour)
		r.wantNext(due)
		r.until(due.Add(time.Hour - time.Second)) // not due by the machine's own clock
		r.want()
		r.pass(2 * time.Second)
		r.wantOutcomes(fine)
	})
}

// TestClockSetBackDuringAPause: a wait does not grow by the hour.
func TestClockSetBackDuringAPause(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		r.server.turn(down)
		r.until(r.due().Add(time.Second))
		r.wantOutcomes(down)
		r.clock.set(-20 * time.Minute) // due all the same: lead is half an hour
		r.clock.set(0)
		r.pass(2 * time.Minute)
		if n := len(r.server.seen()); n == 0 {
			t.Error("the pause has become longer")
		}
	})
}

// TestClockThatIsSetAllTheTime neither keeps the keeper from asking nor makes
// it ask all the time.
func TestClockThatIsSetAllTheTime(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		r.server.turn(down)
		r.until(r.due().Add(-time.Second))
		for i := range 1800 { // an hour
			r.clock.set(time.Duration(i%2) * time.Millisecond)
			r.pass(2 * time.Second)
		}
		all := r.server.seen()
		wantGaps(t, all, minSpacing, auth.Spacing(100)+time.Minute)
		if len(all) < 10 {
			t.Errorf("%d requests in an hour", len(all))
		}
		if st := r.manager.State(); st.Problem == "" {
			t.Error("the failures are hidden for ever")
		}
	})
}

// TestStartWithoutNetwork: a machine that has just started is like one that woke.
func TestStartWithoutNetwork(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		r.stop()
		r.pass(24 * time.Hour)
		r.server.turn(offline)
		before := r.manager.State()
		r.start()
		r.pass(time.Second)
		r.wantOutcomes(offline)
		st := r.manager.State()
		if st.NextRefresh = before.NextRefresh; st != before {
			t.Errorf("State = %+v\nwant   %+v", st, before)
		}
		r.server.turn(fine)
		r.pass(time.Minute)
		r.wantOutcomes(fine)
	})
}

// TestSleepDuringARequest: the answer arrives after the wake.
func TestSleepDuringARequest(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		r.until(r.due().Add(latency / 2))
		r.clock.sleep(time.Hour)
		synctest.Wait()
		r.pass(time.Minute)
		r.wantOutcomes(fine)
	})
}
