package words_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/ui/words"
)

func TestFollow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		states, look, done := make(chan auth.State), make(chan struct{}), make(chan struct{})
		shown := make(chan string, 16)
		go func() {
			defer close(done)
			words.Follow(ctx, states, look, func(s auth.State, at time.Time) {
				shown <- english.Expiry(s, at.UTC())
			})
		}()
		expect := func(step string, want ...string) {
			t.Helper()
			synctest.Wait()
			got := []string{}
			for len(shown) > 0 {
				got = append(got, <-shown)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: shown %q, want %q", step, got, want)
			}
		}

		look <- struct{}{}
		expect("looking before there is a State")
		// synctest's clock starts at midnight UTC.
		states <- auth.State{Status: auth.StatusHealthy, ExpiresAt: time.Now().Add(3 * time.Hour).UTC().Round(0)}
		expect("first State", "Works until 03:00 (in 3 h)")
		time.Sleep(29 * time.Minute)
		expect("before the words change")
		time.Sleep(61 * time.Minute)
		expect("after they changed twice", "Works until 03:00 (in 2 h)", "Works until 03:00 (in 90 min)")
		look <- struct{}{}
		expect("looking", "Works until 03:00 (in 90 min)")
		states <- auth.State{Status: auth.StatusSignedOut}
		expect("a State without times", "")
		time.Sleep(100 * time.Hour)
		expect("nothing to wait for")
		cancel()
		<-done
	})
}

func TestFollowEndsWithTheSession(t *testing.T) {
	t.Parallel()
	states := make(chan auth.State)
	close(states)
	words.Follow(t.Context(), states, nil, func(auth.State, time.Time) { t.Error("nothing to show") })
}

// TestFollowAll: nothing is shown before each home is known, one timer serves
// them all, and the end of one session is the end.
func TestFollowAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		one, two, done := make(chan auth.State), make(chan auth.State), make(chan struct{})
		shown := make(chan string, 16)
		go func() {
			defer close(done)
			words.FollowAll(t.Context(), []<-chan auth.State{one, two}, nil, func(all []auth.State, at time.Time) {
				shown <- english.Expiry(all[0], at.UTC()) + ", " + english.Expiry(all[1], at.UTC())
			})
		}()
		expect := func(step string, want ...string) {
			t.Helper()
			synctest.Wait()
			got := []string{}
			for len(shown) > 0 {
				got = append(got, <-shown)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: shown %q, want %q", step, got, want)
			}
		}
		at := func(d time.Duration) auth.State {
			return auth.State{Status: auth.StatusHealthy, ExpiresAt: time.Now().Add(d).UTC().Round(0)}
		}
		one <- at(3 * time.Hour) // from midnight
		expect("one home is known")
		two <- at(100 * time.Minute)
		expect("both are", "Works until 03:00 (in 3 h), Works until 01:40 (in 2 h)")
		time.Sleep(11 * time.Minute)
		expect("the second's words change first", "Works until 03:00 (in 3 h), Works until 01:40 (in 90 min)")
		one <- auth.State{Status: auth.StatusSignedOut}
		expect("one signs out", ", Works until 01:40 (in 90 min)")
		close(two)
		<-done
	})
}
