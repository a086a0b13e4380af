package keeper

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/test/kit"
)

func TestRefreshesAheadAndAlone(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		due, expires := r.due(), r.expires()
		r.wantNext(due)
		r.until(due.Add(-time.Second))
		r.want()
		r.until(due.Add(time.Second))
		r.want(request{at: due, outcome: "refreshed"}.String())
		if got := r.expires(); !got.After(expires) {
			t.Errorf("the access token ends at %v, want after %v", got, expires)
		}
		r.wantNext(r.due())
	})
}

// TestReasons: the server is told why, as Codex would.
func TestReasons(t *testing.T) {
	for life, want := range map[time.Duration]auth.RefreshReason{
		10 * time.Hour: auth.RefreshProactive, 0: auth.RefreshScheduled,
	} {
		t.Run(string(want), func(t *testing.T) {
			inBubble(t, life, func(r *rig) {
				r.until(r.due().Add(time.Second))
				if all := r.wantOutcomes(fine); all[0].reason != want {
					t.Errorf("reason = %q, want %q", all[0].reason, want)
				}
			})
		})
	}
}

func TestOpaqueTokensAreRefreshedOnceAWeek(t *testing.T) {
	inBubble(t, 0, func(r *rig) {
		r.pass(29 * 24 * time.Hour)
		for i, q := range r.wantOutcomes(fine, fine, fine, fine) {
			week := monday.AddDate(0, 0, 7*(i+1))
			if late := q.at.Sub(week); late < 0 || late > time.Minute {
				t.Errorf("request %d came %v after the week", i+1, late)
			}
		}
	})
}

func TestAdoptionMovesTheMomentWithoutARequest(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		before := r.due()
		r.pass(8 * time.Hour)
		r.adopt(r.server.signIn())
		if after := r.due(); !after.After(before) {
			t.Fatalf("due %v after the adoption, want after %v", after, before)
		}
		r.wantNext(r.due())
		r.pass(9 * time.Hour)
		r.want()
		r.until(r.due().Add(time.Second))
		r.wantOutcomes(fine)
	})
}

// TestAdoptionUnnoticed: even if the watcher has missed the change, the
// Manager's guarded reload sees it and nothing is sent.
func TestAdoptionUnnoticed(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		due := r.due()
		r.pass(8 * time.Hour)
		fresh := r.server.signIn()
		r.store.Change(func(m *kit.Store) { m.Content = fresh })
		r.until(due.Add(time.Minute))
		r.want()
		r.wantNext(r.due())
	})
}

// TestNewTokensEndTheBackoff: failures with the old tokens say nothing about
// new ones. Only the spacing between requests still counts.
func TestNewTokensEndTheBackoff(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		old := r.server.signIn()
		r.server.turn(offline)
		r.until(r.due().Add(2 * time.Hour)) // waits for many minutes now
		r.server.seen()
		r.server.turn(fine)
		r.adopt(old)
		r.pass(minSpacing)
		r.wantOutcomes(fine)
	})
}

func TestSwitch(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		expires := r.expires()
		r.manager.SetPreferences(auth.KeepFresh(false))
		synctest.Wait()
		r.wantNext(time.Time{})
		r.pass(20 * time.Hour)
		r.want()
		if st := r.manager.State(); st.Usable || !st.ExpiresAt.Equal(expires) || st.KeepFresh {
			t.Errorf("State = %+v, want the old token, past its end, and the switch off", st)
		}
		r.manager.SetPreferences(auth.KeepFresh(true))
		synctest.Wait()
		r.pass(time.Second)
		r.wantOutcomes(fine)
	})
}

func TestNothingToKeep(t *testing.T) {
	tests := map[string][]byte{
		"API key":      auth.NewAPIKey(auth.NewSecret("fake-key")).Encode(),
		"no tokens":    []byte(`{"auth_mode":"chatgpt"}`),
		"host program": []byte(`{"auth_mode":"chatgptAuthTokens","tokens":{"id_token":"e30.e30.c2ln","access_token":"opaque","refresh_token":"","account_id":"a"},"last_refresh":"2026-03-02T08:00:00Z"}`),
		"no account":   []byte(`{"tokens":{"id_token":"e30.e30.c2ln","access_token":"opaque","refresh_token":"fake"},"last_refresh":"2026-03-02T08:00:00Z"}`),
		"no refresh token": []byte(`{"tokens":{"id_token":"e30.e30.c2ln","access_token":"opaque","refresh_token":"","account_id":"a"},
			"last_refresh":"2026-03-02T08:00:00Z"}`),
	}
	for name, content := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, 10*time.Hour, func(r *rig) {
				r.adopt(content)
				if at := r.clock.pending(); !at.IsZero() {
					t.Errorf("the alarm is set to %v", at)
				}
				r.wantNext(time.Time{})
				r.pass(30 * 24 * time.Hour)
				r.want()
			})
		})
	}
}

func TestRefusedIsLeftAlone(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		r.server.signIn() // the stored token is a used one now
		expires := r.expires()
		r.until(r.due().Add(time.Second))
		r.wantOutcomes(weather(auth.ReasonReused))
		r.wantNext(time.Time{})
		if at := r.clock.pending(); !at.Equal(expires) {
			t.Errorf("the alarm is set to %v, want only the token's end %v", at, expires)
		}
		r.until(expires)
		if st := r.manager.State(); st.Status != auth.StatusSignInRequired {
			t.Errorf("status = %q at the token's end", st.Status)
		}
		if at := r.clock.pending(); !at.IsZero() {
			t.Errorf("the alarm is set to %v after the end", at)
		}
		r.clock.sleep(48 * time.Hour)
		r.pass(30 * 24 * time.Hour)
		r.want()
	})
}

// TestOnlyTheClockChangesTheState: the State is published when the token ends,
// although nothing else happens.
func TestOnlyTheClockChangesTheState(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		r.manager.SetPreferences(auth.KeepFresh(false))
		ctx, cancel := context.WithCancel(r.t.Context())
		defer cancel()
		states := r.manager.Subscribe(ctx)
		<-states
		synctest.Wait()
		if at := r.clock.pending(); !at.Equal(r.expires()) {
			t.Errorf("the alarm is set to %v, want the token's end %v and nothing before", at, r.expires())
		}
		r.until(r.expires())
		select {
		case st := <-states:
			if st.Usable || st.Status != auth.StatusWaiting {
				t.Errorf("State = %+v, want a token past its end", st)
			}
		default:
			t.Error("no State was published")
		}
	})
}

// countingClock counts how often Now is called.
type countingClock struct {
	Clock
	looks int
}

func (c *countingClock) Now() time.Time {
	c.looks++
	return c.Clock.Now()
}

func TestIdleIsIdle(t *testing.T) {
	inBubble(t, 240*time.Hour, func(r *rig) {
		r.stop()
		looks := &countingClock{Clock: r.clock}
		r.Keeper = New(Options{Manager: r.manager, Clock: looks})
		r.start()
		before := looks.looks
		r.pass(9 * 24 * time.Hour)
		if n := looks.looks - before; n != 0 {
			t.Errorf("looked %d times in nine days in which nothing happened", n)
		}
	})
}

func TestRunEndsAtOnceAndClears(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		r.stop()
		r.wantNext(time.Time{})
		r.pass(20 * time.Hour)
		r.want()
		r.start() // a second process, say
		r.pass(time.Second)
		r.wantOutcomes(fine)
	})
}

// TestEndDuringARequest: Run does not wait for it, and its answer is not lost.
func TestEndDuringARequest(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		expires := r.expires()
		r.until(r.due().Add(latency / 2))
		r.stop()
		if got := r.expires(); !got.After(expires) {
			t.Errorf("the token ends at %v: the answer was lost", got)
		}
	})
}
