package agent

import (
	"context"
	"sync"
	"time"

	"rekey/auth/keeper"
	"rekey/usage/rollout"
)

// run runs alert until ctx is done, while the user wants alerts about usage.
func (m *meter) run(ctx context.Context) {
	for ctx.Err() == nil {
		now, cancel := context.WithCancel(ctx)
		changed := m.changed(cancel)
		if s := m.settings(); s.On && len(s.Alerts) > 0 {
			m.alert(now)
		} else {
			<-now.Done()
		}
		changed()
		cancel()
	}
}

// changed registers tell to be called after changes of the settings, until
// forget.
func (m *meter) changed(tell func()) (forget func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tell = tell
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.tell = nil
	}
}

// calm is how long to wait for further lines of Codex before reading them.
const calm = 5 * time.Second

// alert keeps the figures as new as possible without asking, and asks once
// after a full window has been reset, until ctx is done.
func (m *meter) alert(ctx context.Context) {
	written := make(chan struct{}, 1)
	var following sync.WaitGroup
	defer following.Wait()
	following.Go(func() {
		rollout.Follow(ctx, m.home.Dir(), calm, func() {
			select {
			case written <- struct{}{}:
			default:
			}
		})
	})
	m.wait(ctx, keeper.SystemClock(), written)
}

// wait reads what Codex has written, asks once when a full window has been reset,
// and withdraws alerts when they end, until ctx is done.
func (m *meter) wait(ctx context.Context, clock keeper.Clock, written <-chan struct{}) {
	alarm := clock.NewAlarm()
	defer alarm.Close()
	news := m.news.Subscribe(ctx)
	var asked, shown time.Time // the look and the end that have been seen to
	for {
		now, look, end := clock.Now(), m.service.NextReset(), m.firstEnd()
		switch {
		case !look.IsZero() && !look.After(now) && !look.Equal(asked):
			asked = look
			m.service.Look(ctx)
			continue
		case !end.IsZero() && !end.After(now) && !end.Equal(shown):
			shown = end
			m.service.Known(ctx)
			continue
		}
		if err := alarm.Set(first(now, look, end)); err != nil {
			m.home.opts.Log.Warn("usage: cannot set the alarm", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-written:
			m.service.Read(ctx)
		case <-news:
		case <-alarm.Rings():
		}
	}
}

// firstEnd is when the first alert ends, the zero time when there is none.
func (m *meter) firstEnd() time.Time {
	known, _ := m.news.Last()
	var next time.Time
	for _, a := range known.Alerts {
		if !a.EndsAt.IsZero() && (next.IsZero() || a.EndsAt.Before(next)) {
			next = a.EndsAt
		}
	}
	return next
}

// first is the earliest of times after now, the zero time when there is none.
func first(now time.Time, times ...time.Time) time.Time {
	var next time.Time
	for _, t := range times {
		if t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	return next
}
