package keeper

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/test/kit"
)

// wantGaps checks the pauses between requests.
func wantGaps(t *testing.T, all []request, least, most time.Duration) {
	t.Helper()
	for i := 1; i < len(all); i++ {
		if gap := all[i].at.Sub(all[i-1].at); gap < least || gap > most {
			t.Errorf("request %d came %v after the one before, want %v to %v", i+1, gap, least, most)
		}
	}
}

func TestOfflineForADay(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		due := r.due()
		r.until(due.Add(-time.Minute))
		r.server.turn(offline)
		r.pass(24 * time.Hour)
		all := r.server.seen()
		wantGaps(t, all, minSpacing, maxBackoff+latency)
		// A quarter of an hour at most, half of it on average.
		if n := len(all); n < 24*4 || n > 24*12 {
			t.Errorf("%d attempts in a day without network", n)
		}
		if st := r.manager.State(); st.Status != auth.StatusWaiting {
			t.Errorf("status = %q, want %q", st.Status, auth.StatusWaiting)
		}
		r.server.turn(fine)
		r.pass(maxBackoff)
		r.wantOutcomes(fine)
		if st := r.manager.State(); st.Status != auth.StatusHealthy || st.Problem != "" {
			t.Errorf("State = %+v, want it healthy", st)
		}
	})
}

// TestBackoffDoubles: the limits of the wait, and that all of it is used.
func TestBackoffDoubles(t *testing.T) {
	limits := []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute,
		maxBackoff, maxBackoff, maxBackoff}
	c := New(Options{}).planner
	for i, limit := range limits {
		spaced := auth.Spacing(i + 1)
		least, most := limit, spaced
		for range 2000 {
			d := backoff(i+1, c.random)
			least, most = min(least, d), max(most, d)
		}
		slack := (limit - spaced) / 50
		if least < spaced || least > spaced+slack || most > limit || most < limit-slack {
			t.Errorf("failure %d: waits from %v to %v, want %v to %v", i+1, least, most, spaced, limit)
		}
	}
	if d := backoff(1_000_000, c.random); d < minSpacing || d > maxBackoff {
		t.Errorf("the millionth wait is %v", d)
	}
}

func TestRetryAfter(t *testing.T) {
	for _, tt := range []struct {
		name        string
		wish        time.Duration
		least, most time.Duration
	}{
		{"honoured", 20 * time.Minute, 20 * time.Minute, 21*time.Minute + latency},
		{"capped", 24 * time.Hour, auth.MaxRetryAfter, auth.MaxRetryAfter + time.Minute + latency},
		{"shorter than the spacing", time.Second, minSpacing, time.Minute + time.Second + latency},
		{"negative", -time.Hour, minSpacing, time.Minute + latency},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, 10*time.Hour, func(r *rig) {
				r.server.retryAfter = tt.wish
				r.server.turn(busy)
				r.until(r.due().Add(time.Second))
				r.server.turn(fine)
				r.clock.sleep(time.Second) // a wake does not change the server's Retry-After
				r.pass(2 * time.Hour)
				all := r.wantOutcomes(busy, fine)
				least := tt.least
				if tt.wish <= minSpacing {
					least = minSpacing
				}
				wantGaps(t, all, least, tt.most)
			})
		})
	}
}

// TestWakeEndsTheBackoff: what failed before may work now, but not before the
// network is back, nor sooner than the spacing after the last request allows.
func TestWakeEndsTheBackoff(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		r.server.turn(offline)
		r.until(r.due().Add(2 * time.Hour))
		r.server.seen()
		r.server.turn(fine)
		r.clock.sleep(time.Minute)
		woke := r.clock.True()
		r.pass(settleBase + settleSpread + minSpacing)
		all := r.wantOutcomes(fine)
		if after := all[0].at.Sub(woke); after < settleBase {
			t.Errorf("asked %v after the wake", after)
		}
	})
}

// TestFruitlessSuccesses: a clock that is a day ahead makes every new token
// look expired. Each success leads to a longer pause; setting the clock right
// ends it.
func TestFruitlessSuccesses(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		r.clock.set(24 * time.Hour)
		r.pass(10 * time.Hour)
		all := r.server.seen()
		want := []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60}
		for i, minutes := range want {
			if gap := all[i+1].at.Sub(all[i].at).Round(time.Minute); gap != minutes*time.Minute {
				t.Errorf("pause %d is %v, want %v", i+1, gap, minutes*time.Minute)
			}
		}
		if n := len(all); n > 16 {
			t.Errorf("%d requests in ten hours", n)
		}
		if st := r.manager.State(); !strings.Contains(st.Problem, "clock") {
			t.Errorf("the State does not say that a clock is wrong: %q", st.Problem)
		}
		r.clock.set(0)
		r.wantNext(r.due())
		r.pass(8 * time.Hour)
		r.want()
		r.pass(4 * time.Hour) // the next refresh helps
		if st := r.manager.State(); st.Problem != "" {
			t.Errorf("the State still doubts: %q", st.Problem)
		}
	})
}

// TestTenSeconds: tokens that live for ten seconds cannot be kept fresh. That
// must not become a loop.
func TestTenSeconds(t *testing.T) {
	inBubble(t, 10*time.Second, func(r *rig) {
		r.pass(24 * time.Hour)
		all := r.server.seen()
		wantGaps(t, all, minSpacing, maxSpacing+latency)
		if n := len(all); n < 24 || n > 32 {
			t.Errorf("%d requests in a day, want about one an hour", n)
		}
	})
}

// TestOneMinute: such tokens can be kept fresh, at half their life.
func TestOneMinute(t *testing.T) {
	inBubble(t, 2*time.Minute, func(r *rig) {
		r.pass(time.Hour)
		all := r.server.seen()
		wantGaps(t, all, 59*time.Second, 61*time.Second)
		if n := len(all); n < 58 || n > 60 {
			t.Errorf("%d requests in an hour, want one a minute", n)
		}
	})
}

func TestNothingIsSentThatCouldNotBeSaved(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		r.store.Change(func(m *kit.Store) { m.Full = errors.New("the disk is full") })
		r.until(r.due().Add(20 * time.Minute))
		r.want()
		if st := r.manager.State(); !st.CannotSave {
			t.Errorf("State = %+v, want CannotSave", st)
		}
		r.store.Change(func(m *kit.Store) { m.Full = nil })
		r.pass(maxBackoff)
		r.wantOutcomes(fine)
	})
}

// TestCodexWindowChangesTheState: after a failure the State is looked at when Codex
// would refresh, although nothing else happens.
func TestCodexWindowChangesTheState(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		r.server.turn(offline)
		r.until(r.due().Add(time.Second))
		r.manager.SetPreferences(auth.KeepFresh(false))
		synctest.Wait()
		opens := r.expires().Add(-auth.CodexWindow)
		if at := r.clock.pending(); !at.Equal(opens) {
			t.Errorf("the alarm is set to %v, want the window's opening %v", at, opens)
		}
		r.until(opens)
		if at := r.clock.pending(); !at.Equal(r.expires()) {
			t.Errorf("the alarm is set to %v, want the token's end %v", at, r.expires())
		}
	})
}

// TestTokensThatWaitAreSaved: as soon as the store can be written, without a
// second request, and also with the switch off.
func TestTokensThatWaitAreSaved(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		before := r.expires()
		r.store.Change(func(m *kit.Store) { m.Late = errors.New("the disk is full") })
		r.until(r.due().Add(time.Second))
		r.wantOutcomes(fine)
		if st := r.manager.State(); !st.CommitPending {
			t.Errorf("State = %+v, want CommitPending", st)
		}
		r.manager.SetPreferences(auth.KeepFresh(false))
		r.pass(3 * time.Hour)
		r.store.Change(func(m *kit.Store) {
			if m.Tries < 12 || m.Tries > 36 {
				t.Errorf("%d tries to save in three hours", m.Tries)
			}
			m.Late = nil
		})
		r.pass(maxBackoff)
		r.want()
		if st := r.manager.State(); st.CommitPending || !st.ExpiresAt.After(before) {
			t.Errorf("State = %+v, want the new tokens", st)
		}
	})
}
