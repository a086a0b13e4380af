package usage

import (
	"testing"
	"time"
)

// TestNextReset: when to ask again, as seen two minutes after the last question; all
// times are those after it, 0 is never. A reset is asked about 14 s after it, for an
// account with this fingerprint.
func TestNextReset(t *testing.T) {
	const after, never = 14 * time.Second, 0
	for name, tt := range map[string]struct {
		percent float64
		resets  []time.Duration // of windows, -1 for an unknown one
		rest    time.Duration
		want    time.Duration
	}{
		"a full one":                   {100, []time.Duration{2 * time.Hour}, 0, 2*time.Hour + after},
		"none is full":                 {99, []time.Duration{2 * time.Hour}, 0, never},
		"the first":                    {100, []time.Duration{2 * time.Hour, 3 * time.Hour}, 0, 2*time.Hour + after},
		"the second":                   {100, []time.Duration{3 * time.Hour, 2 * time.Hour}, 0, 2*time.Hour + after},
		"unknown":                      {100, []time.Duration{-1, 2 * time.Hour}, 0, 2*time.Hour + after},
		"asked since":                  {100, []time.Duration{-time.Hour}, 0, never},
		"not within a minute":          {100, []time.Duration{10 * time.Second}, 0, fresh},
		"the backend may not be asked": {100, []time.Duration{2 * time.Hour}, 3 * time.Hour, 3 * time.Hour},
		"it may be again by then":      {100, []time.Duration{2 * time.Hour}, time.Hour, 2*time.Hour + after},
		"it may be already":            {100, []time.Duration{10 * time.Second}, 90 * time.Second, fresh},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				asked := time.Now().UTC()
				w.memory.rec = Record{Account: "ada", AskedAt: asked}
				for _, in := range tt.resets {
					window := Window{UsedPercent: &tt.percent}
					if in != -1 {
						window.ResetsAt = asked.Add(in)
					}
					w.memory.rec.Usage.Windows = append(w.memory.rec.Usage.Windows, window)
				}
				w.memory.rest = Rest{Until: asked.Add(tt.rest)}
				time.Sleep(2 * time.Minute)
				var got time.Duration
				if next := w.NextReset(); !next.IsZero() {
					got = next.Sub(asked)
				}
				if got != tt.want {
					t.Errorf("got %v, want %v", got, tt.want)
				}
			})
		})
	}
}
