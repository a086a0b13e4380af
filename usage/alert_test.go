package usage

import (
	"testing"
	"time"

	"rekey/test/kit/must"
)

func TestAlerts(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.settings.Alerts = []int{80, 95}
		used := func(p float64, resets time.Time) []Alert {
			w.change(func() {
				w.answer = func(*world) (Answer, error) {
					u := usedNow(p)
					u.Windows[0].ResetsAt = resets
					return Answer{Usage: u}, nil
				}
			})
			time.Sleep(2 * time.Minute)
			return w.Look(t.Context()).Alerts
		}
		end := time.Now().UTC().Add(4 * time.Hour)
		if got := used(79, end); got != nil {
			t.Errorf("at 79 %%: %+v", got)
		}
		at80 := used(81, end.Add(3*time.Second)) // the backend computes it anew
		if len(at80) != 1 || at80[0].Percent != 80 {
			t.Fatalf("at 81 %%: %+v", at80)
		}
		claim := func(id string) bool {
			ok, err := newWorld(t, w.memory).Claim(t.Context(), id) // whichever process
			must.Do(t, err)
			return ok
		}
		if !claim(at80[0].ID) || claim(at80[0].ID) {
			t.Error("an alert is claimed once")
		}
		full := used(100, end.Add(-2*time.Second))
		if len(full) != 1 || full[0].Percent != 95 || !claim(full[0].ID) || claim(full[0].ID) || claim(at80[0].ID) {
			t.Errorf("at 100 %%: %+v", full)
		}
		if still := used(101, end); len(still) != 1 || still[0].ID != full[0].ID {
			t.Errorf("at 101 %%: %+v", still)
		}
		time.Sleep(time.Until(end))
		if got := w.Known(t.Context()).Alerts; got != nil {
			t.Errorf("withdrawn when it is reset: %+v", got)
		}
		again := used(1, end.Add(5*time.Hour))
		if len(again) != 1 || again[0].Percent != 0 || !claim(again[0].ID) || claim(again[0].ID) {
			t.Errorf("after the reset: %+v", again)
		}
		time.Sleep(resetShown)
		if got := w.Known(t.Context()).Alerts; got != nil {
			t.Errorf("an hour later: %+v", got)
		}
		if next := used(85, end.Add(5*time.Hour)); len(next) != 1 || next[0].ID == at80[0].ID || !claim(next[0].ID) {
			t.Errorf("the next window: %+v", next)
		}
		for _, id := range []string{"", "usage/", "usage/x/1", "usage/80/300/1/other"} {
			if claim(id) {
				t.Errorf("%q was claimed", id)
			}
		}
	})
}
