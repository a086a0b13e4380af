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
		err := rollout.Follow(ctx, m.home.Dir(), calm, func() {
			select {
			case written <- struct{}{}:
			default:
			}
		})
		if err != nil {
			m.home.opts.Log.Warn("usage: cannot follow Codex's sessions", "error", err)
		}
	})
	m.wait(ctx, keeper.SystemClock(), written)
}

// wait reads what Codex has written, asks once when a full window has been reset,
// and takes back what is no longer so when any window has, until ctx ends.
func (m *meter) wait(ctx context.Context, clock keeper.Clock, written <-chan struct{}) {
	alarm := clock.NewAlarm()
	defer alarm.Close()
	news := m.news.Subscribe(ctx)
	var asked, shown time.Time // the look and the reset that have been seen to
	for {
		now, look, reset := clock.Now(), m.service.NextReset(), m.firstReset()
		switch {
		case !look.IsZero() && !look.After(now) && !look.Equal(asked):
			asked = look
			m.service.Look(ctx)
			continue
		case !reset.IsZero() && !reset.After(now) && !reset.Equal(shown):
			shown = reset
			m.service.Known(ctx)
			continue
		}
		if err := alarm.Set(first(now, look, reset)); err != nil {
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

// firstReset is the first reset of a window that an alert is shown about, the
// zero time when there is none.
func (m *meter) firstReset() time.Time {
	known, _ := m.news.Last()
	var next time.Time
	for _, a := range known.Alerts {
		if at := a.Window.ResetsAt; !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
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
