package usage

import (
	"os"
	"strings"
	"testing"
	"time"
)

// Thirty days of a laptop: the exact list of what the backend is asked.
func TestThirtyDays(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		laptop(w)
		for i := 1; i < len(w.asked); i++ {
			a, _ := time.Parse("2 Jan 15:04:05", strings.TrimSuffix(w.asked[i-1], w.asked[i-1][strings.LastIndex(w.asked[i-1], " "):]))
			b, _ := time.Parse("2 Jan 15:04:05", strings.TrimSuffix(w.asked[i], w.asked[i][strings.LastIndex(w.asked[i], " "):]))
			if b.Sub(a) < time.Minute && !b.Equal(a) { // a recovery from a 401 asks twice at once
				t.Errorf("asked within a minute: %s, %s", w.asked[i-1], w.asked[i])
			}
		}
		got := strings.Join(w.asked, "\n") + "\n"
		want, err := os.ReadFile("testdata/thirtydays.txt")
		if err != nil || got != string(want) {
			t.Errorf("%v; the backend was asked\n%s", err, got)
		}
	})
}

// laptop lives through January: work from nine to five on weekdays, asleep
// otherwise. The menu is opened at nine, twice, at noon, and at four; on Mondays
// the window stays open for three minutes.
func laptop(w *world) {
	ctx := w.t.Context()
	midnight := time.Now().UTC()
	until := func(day int, clock time.Duration) {
		time.Sleep(time.Until(midnight.Add(time.Duration(day)*24*time.Hour + clock)))
	}
	const hour, minute = time.Hour, time.Minute
	asked := time.Time{} // the reset that was asked about, as the agent remembers it
	for day := range 30 {
		switch day { // 0 is a Saturday
		case 4: // alerts are switched on, and the window is full until four
			w.change(func() {
				w.settings.Alerts = []int{80}
				w.answer = func(*world) (Answer, error) {
					u := usedNow(100)
					u.Windows[0].ResetsAt = midnight.Add(4*24*hour + 16*hour)
					return Answer{Usage: u}, nil
				}
			})
		case 5:
			w.change(func() {
				w.settings.Alerts = nil
				w.answer = func(*world) (Answer, error) { return Answer{Usage: usedNow(12)}, nil }
			})
		case 6: // 429 for two hours
			w.change(func() {
				w.answer = func(*world) (Answer, error) {
					return Answer{}, &Failure{Problem: ProblemRateLimited, RetryAfter: 2 * hour}
				}
			})
		case 9:
			w.change(func() { w.answer = func(*world) (Answer, error) { return Answer{Usage: usedNow(12)}, nil } })
		case 10: // the access token is not accepted
			w.change(func() {
				w.answer = func(*world) (Answer, error) { return Answer{}, &Failure{Problem: ProblemUnauthorized} }
				w.recovers = func(w *world) { w.who.Credentials = "c2" }
			})
		case 12: // signed in again
			w.change(func() {
				w.who.Credentials = "c3"
				w.answer = func(*world) (Answer, error) { return Answer{Usage: usedNow(12)}, nil }
			})
		case 16:
			w.change(func() { w.settings.On = false })
		case 18:
			w.change(func() { w.settings.On = true })
		case 20:
			w.change(func() { w.problem = ProblemSignedOut })
		case 23:
			w.change(func() { w.problem = "" })
		}
		if weekday := midnight.AddDate(0, 0, day).Weekday(); weekday == time.Saturday || weekday == time.Sunday {
			continue // nobody looks
		} else if weekday == time.Monday {
			until(day, 8*hour)
			for range 4 {
				w.Look(ctx)
				time.Sleep(minute)
			}
		}
		for _, clock := range []time.Duration{9 * hour, 9*hour + 30*time.Second, 12 * hour} {
			until(day, clock)
			w.Look(ctx)
		}
		if len(w.settings.Alerts) > 0 { // somebody waits for the reset
			for due := w.NextReset(); !due.IsZero() && !due.Equal(asked); due = w.NextReset() {
				time.Sleep(time.Until(due))
				asked = due
				w.Look(ctx)
			}
		}
		until(day, 16*hour+30*minute)
		w.Look(ctx)
	}
}
