package words_test

import (
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit/must"
	"rekey/ui/words"
)

// everything is all that this package has to say about a State.
func everything(s auth.State, at time.Time) string {
	return strings.Join([]string{
		english.Headline(s, at), english.Expiry(s, at), english.Refresh(s, at), english.LastRefreshed(s, at), english.Refusal(s, at), english.NoticeOf(s, at).Body,
	}, "\n")
}

// TestNextChange walks through days of a State's life: between now and
// NextChange no text may change, and the walk must see every change.
func TestNextChange(t *testing.T) {
	berlin := must.Get(time.LoadLocation("Europe/Berlin"))(t)
	// The walk crosses the end of summer time, a day of 25 hours.
	start := time.Date(2026, 10, 23, 9, 5, 17, 0, berlin)
	base := auth.State{Method: auth.KindChatGPT, Refreshable: auth.RefreshableYes, KeepFresh: true}
	for _, status := range auth.Statuses() {
		t.Run(string(status), func(t *testing.T) {
			s := base
			s.Status = status
			s.ExpiresAt = start.Add(3*24*time.Hour + 7*time.Minute).UTC()
			s.LastRefresh = start.Add(-20 * time.Minute).UTC()
			s.NextRefresh = s.ExpiresAt.Add(-37 * time.Minute)
			if s.NeedsSignIn() {
				s.Refused, s.RefusedAt = auth.ReasonReused, start.Add(-time.Hour).UTC()
			}
			at, wakes := start, 0
			for end := start.Add(5 * 24 * time.Hour); at.Before(end); wakes++ {
				next := words.NextChange(s, at)
				if !next.After(at) {
					t.Fatalf("NextChange(%v) = %v, which is not later", at, next)
				}
				text := everything(s, at)
				for _, probe := range []time.Time{at.Add(next.Sub(at) / 3), at.Add(next.Sub(at) / 2), next.Add(-1)} {
					if got := everything(s, probe); got != text {
						t.Fatalf("between %v and NextChange %v the text at %v changed\n from %q\n to %q", at, next, probe, text, got)
					}
				}
				at = next
			}
			if wakes > 100 {
				t.Errorf("%d timers in five days, want at most 100", wakes)
			}
		})
	}
}

func TestNextChangeWithoutTimes(t *testing.T) {
	if next := words.NextChange(auth.State{Status: auth.StatusSignedOut}, now); !next.IsZero() {
		t.Errorf("NextChange = %v, want none: nothing is shown that ages", next)
	}
}

func TestNextChangeIsExact(t *testing.T) {
	s := auth.State{Status: auth.StatusHealthy, ExpiresAt: now.Add(20 * time.Hour)}
	next := words.NextChange(s, now)
	if want := now.Add(30 * time.Minute); !next.Equal(want) {
		t.Fatalf("NextChange = %v, want %v, when 20 h become 19", next, want)
	}
	if before, after := english.Expiry(s, now), english.Expiry(s, next); before == after {
		t.Errorf("the text stays %q", after)
	}
}
