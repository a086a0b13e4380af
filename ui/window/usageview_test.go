package window

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/lending"
	"rekey/ui/words"
	"rekey/usage"
)

// TestUsageOf: what is not known is not drawn as nothing, and more than all is
// drawn as all.
func TestUsageOf(t *testing.T) {
	full, w := exhausted(), words.English()
	v := UsageOf(w, full, kit.State(auth.StatusHealthy, moment), nil, moment)
	if len(v.Rows) != 2 || v.Rows[0].Used != 1 || !v.Rows[0].Full || v.Rows[1].Used >= 0 || v.Rows[1].Gone >= 0 || v.Plotted != "" {
		t.Errorf("the rows are %+v, the plot %q", v.Rows, v.Plotted)
	}
	if want := []string{"The backend was not reached. Check the network. Rekey can ask again at 11:06.", "As of 09:05"}; !slices.Equal(v.Notes, want) {
		t.Errorf("the notes are %q, want %q", v.Notes, want)
	}
	// Later, when the full window has been reset, nothing is known of it.
	if v = UsageOf(w, full, kit.State(auth.StatusHealthy, moment), nil, moment.Add(time.Hour)); v.Rows[0].Used >= 0 || v.Rows[0].Full {
		t.Errorf("after the reset the row is %+v", v.Rows[0])
	}
	v = UsageOf(w, measured(5), kit.State(auth.StatusHealthy, moment), week(), moment)
	if len(v.Rows) != 5 || v.Rows[1].Gone < 0.5 || v.Rows[1].Pace == "" || v.Plotted != "Week, the last seven days" || len(v.Plot) < 160 {
		t.Errorf("the rows are %+v, the plot %q of %d", v.Rows, v.Plotted, len(v.Plot))
	}
	if v = UsageOf(w, usage.Usage{Problem: usage.ProblemSignedOut}, kit.State(auth.StatusSignedOut, moment), nil, moment); len(v.Rows)+len(v.Notes) > 0 {
		t.Errorf("without anything to tell: %+v", v)
	}
}

// lookedAt is a connection that counts who looks.
type lookedAt struct {
	connection
	looks *atomic.Int32
}

func (c lookedAt) LookAtUsage(context.Context) (usage.Usage, error) {
	c.looks.Add(1)
	return usage.Usage{}, nil
}

// An open window looks once a minute, and a reset changes its texts at once,
// without news.
func TestUsageInAnOpenWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		session, percent := kit.NewSession(kit.State(auth.StatusHealthy, time.Now())), 40.0
		session.PublishUsage(usage.Usage{Windows: []usage.Window{
			{Limit: usage.MainLimit, Minutes: 300, UsedPercent: &percent, ResetsAt: time.Now().Add(90 * time.Second)},
		}})
		var shown, looks atomic.Int32
		w := &Window{log: slog.New(slog.DiscardHandler), do: func(func()) { shown.Add(1) }}
		stop := kit.Go(t, func(ctx context.Context) {
			w.measure(ctx, &home{}, lookedAt{connection{lending.Of(session), "", false}, &looks})
			w.Wait()
		})
		expect := func(step string, wantShown, wantLooks int32) {
			t.Helper()
			synctest.Wait()
			if shown.Load() != wantShown || looks.Load() != wantLooks {
				t.Errorf("%s: shown %d times after %d looks, want %d and %d", step, shown.Load(), looks.Load(), wantShown, wantLooks)
			}
		}
		expect("at the start", 1, 1)
		time.Sleep(time.Minute)
		expect("after a minute", 2, 2)
		time.Sleep(30*time.Second - time.Nanosecond)
		expect("just before the reset", 2, 2)
		time.Sleep(time.Nanosecond)
		expect("at the reset", 3, 2)
		time.Sleep(30 * time.Second)
		expect("after two minutes", 4, 3)
		stop()
	})
}
