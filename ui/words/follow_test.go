package words_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/ui/words"
	"rekey/usage"
)

// followed runs a follower that calls show. expect wants it to have shown just this
// since the last time; ended ends it, or waits for its end.
func followed(t *testing.T, follow func(ctx context.Context, show func(string))) (expect func(step string, want ...string), ended func()) {
	shown := make(chan string, 16)
	ended = kit.Go(t, func(ctx context.Context) { follow(ctx, func(text string) { shown <- text }) })
	return func(step string, want ...string) {
		t.Helper()
		synctest.Wait()
		got := []string{}
		for len(shown) > 0 {
			got = append(got, <-shown)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: shown %q, want %q", step, got, want)
		}
	}, ended
}

func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		states, look := make(chan auth.State), make(chan struct{})
		expect, ended := followed(t, func(ctx context.Context, show func(string)) {
			words.Follow(ctx, states, look, func(s auth.State, at time.Time) { show(english.Expiry(s, at.UTC())) })
		})
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
		ended()
	})
}

// The texts about usage change when a window is reset and at midnight, without
// news.
func TestFollowUsage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		news := make(chan usage.Usage)
		expect, ended := followed(t, func(_ context.Context, show func(string)) {
			words.FollowUsage(t.Context(), news, func(u usage.Usage, at time.Time) { show(english.Tightest(u.At(at), at)) })
		})
		expect("before anything is known")
		five, forty, now := 5.0, 40.0, time.Date(2000, 1, 3, 0, 0, 0, 0, time.Local) // a Monday, two days after synctest's clock starts
		time.Sleep(time.Until(now))
		news <- usage.Usage{Windows: []usage.Window{
			{Limit: usage.MainLimit, Minutes: 300, UsedPercent: &forty, ResetsAt: now.Add(3 * time.Hour)},
			{Limit: usage.MainLimit, Minutes: 10080, UsedPercent: &five, ResetsAt: now.Add(30 * time.Hour)},
		}}
		expect("first Usage", "5 h 40%, resets 03:00")
		time.Sleep(3*time.Hour - time.Nanosecond)
		expect("just before the reset")
		time.Sleep(time.Nanosecond)
		expect("at the reset", "week 5%, resets Tue 06:00")
		time.Sleep(21 * time.Hour)
		expect("at midnight", "week 5%, resets 06:00")
		time.Sleep(6 * time.Hour)
		expect("at the last reset", "")
		news <- usage.Usage{}
		expect("nothing known any more", "")
		time.Sleep(100 * time.Hour)
		expect("nothing to wait for")
		close(news)
		ended()
	})
}

func TestFollowEndsWithTheSession(t *testing.T) {
	states := make(chan auth.State)
	close(states)
	words.Follow(t.Context(), states, nil, func(auth.State, time.Time) { t.Error("nothing to show") })
}

// TestFollowAll: nothing is shown before each home is known, one timer serves
// them all, and the end of one session is the end.
func TestFollowAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, two := make(chan auth.State), make(chan auth.State)
		expect, ended := followed(t, func(_ context.Context, show func(string)) {
			words.FollowAll(t.Context(), []<-chan auth.State{one, two}, nil, func(all []auth.State, at time.Time) {
				show(english.Expiry(all[0], at.UTC()) + ", " + english.Expiry(all[1], at.UTC()))
			})
		})
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
		ended()
	})
}
