package agent

import (
	"context"
	"sync"
	"time"

	"rekey/auth/keeper"
	"rekey/usage/rollout"
)

// run follows what must be followed until ctx ends: nothing, unless the user
// wants alerts about usage.
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

// changed has tell called with the next change of what the user has chosen.
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

// calm is how long Codex's lines are gathered before they are read.
const calm = 5 * time.Second

// alert keeps the figures as new as can be had without asking, and asks once when
// a full window has been reset, until ctx ends.
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
			m.home.opts.Log.Warn("usage: Codex's sessions cannot be followed", "error", err)
		}
	})
	clock := keeper.SystemClock()
	alarm := clock.NewAlarm()
	defer alarm.Close()
	news := m.news.Subscribe(ctx)
	var asked time.Time // the reset that was asked about
	for {
		due := m.service.NextReset()
		if due.Equal(asked) {
			due = time.Time{}
		}
		if !due.IsZero() && !due.After(clock.Now()) {
			asked = due
			m.service.Look(ctx)
			continue
		}
		if err := alarm.Set(due); err != nil {
			m.home.opts.Log.Warn("usage: the alarm was not set", "error", err)
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
