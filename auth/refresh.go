package auth

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"
)

// flight is one refresh that any number of callers wait for.
type flight struct {
	done  chan struct{} // closed when err is set
	err   error
	leave context.CancelFunc // ends the wait for another process's refresh
}

// Refresh refreshes the credentials, or adopts those that another process has
// refreshed; it returns nil also when there is nothing to do. It returns a
// *RefreshError with Permanent set when the credentials are refused (without a
// request if that is already known), and ErrCannotSave, wrapped, when nothing
// was sent because the answer could not have been kept; any other error is
// transient. OutcomeOf tells them apart.
//
// Concurrent calls share one flight and its result. A caller whose ctx is done
// stops waiting; the flight goes on.
func (m *Manager) Refresh(ctx context.Context, reason RefreshReason) error {
	return m.join(ctx, reason, nil)
}

// join is Refresh for callers that want it only if judged, unless nil, is still
// cached: a flight may have landed since they looked.
func (m *Manager) join(ctx context.Context, reason RefreshReason, judged *Snapshot) error {
	m.mu.Lock()
	f := m.flight
	if f == nil {
		if judged != nil && !judged.Equal(m.facts.Snapshot) {
			m.mu.Unlock()
			return nil
		}
		ctx := context.WithValue(context.WithoutCancel(ctx), asked{}, reason)
		waiting, leave := context.WithCancel(ctx)
		f = &flight{done: make(chan struct{}), leave: leave}
		m.flight = f
		go m.fly(ctx, waiting, f, reason)
	}
	m.mu.Unlock()
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// fly runs a flight and lands it. Every step below it is bounded in time.
func (m *Manager) fly(ctx, waiting context.Context, f *flight, reason RefreshReason) {
	defer f.leave()
	f.err = m.refresh(ctx, waiting, reason)
	m.mu.Lock()
	m.flight = nil
	m.mu.Unlock()
	close(f.done)
}

// refresh goes through the steps in order; any of them may end it. waiting bounds
// the waits for another process's refresh, of this home and of a copy.
func (m *Manager) refresh(ctx, waiting context.Context, reason RefreshReason) error {
	cached, _ := m.Snapshot()
	if cached.Kind() == KindExternalTokens {
		return m.refreshExternal(ctx, cached)
	}
	if o := m.obstacle(cached); o != "" {
		m.decided(ctx, slog.LevelInfo, nil, "nothing to do", "kind", cached.Kind(), "because", o)
		if o.DeadEnd() && !m.opts.AsCodex {
			return deadEndError(o)
		}
		return nil
	}
	unlock, err := m.opts.RefreshLock(waiting)
	if err != nil {
		return m.unlocked(waiting, cached, err)
	}
	defer unlock()
	m.opts.Step(StepLocked)
	if adopted, err := m.guardedReload(ctx, cached); adopted || err != nil {
		return err
	}
	m.opts.Step(StepReread)
	if refusal := m.heed(cached); refusal != nil {
		m.decided(ctx, slog.LevelInfo, cached, "refused before, nothing sent", "reason", refusal.Reason, "at", refusal.At)
		return refusalError(refusal)
	}
	if done, err := m.finishHeld(ctx, cached); done {
		return err
	}
	if early, err := m.tooEarly(ctx, cached); early {
		return err
	}
	release, done, err := m.acrossHomes(ctx, waiting, cached)
	if done {
		return err
	}
	defer release()
	if err := m.prepare(ctx, cached); err != nil {
		return err
	}
	m.opts.Step(StepPreflight)
	return m.redeem(ctx, cached, reason)
}

// guardedReload reads the store again before anything is sent: if another
// process has refreshed the same account, its tokens are adopted. Another
// account, or none, ends the refresh.
func (m *Manager) guardedReload(ctx context.Context, cached *Snapshot) (adopted bool, err error) {
	disk, err := m.opts.Store.Load(ctx)
	switch {
	case err != nil && !errors.Is(err, ErrNoCredential):
		m.decided(ctx, slog.LevelWarn, cached, "cannot read the store, nothing sent", "error", err)
		return false, &RefreshError{Err: err}
	case err != nil || !disk.sameAccount(cached):
		m.decided(ctx, slog.LevelInfo, cached, "signed out or in to another account, nothing sent")
		if !m.opts.AsCodex {
			m.found(disk, err)
		}
		return false, &RefreshError{Permanent: true, Reason: ReasonAccountChanged}
	case !disk.Equal(cached):
		m.decided(ctx, slog.LevelInfo, cached, "adopted what another process wrote, nothing sent", "to", m.short(disk))
		m.found(disk, nil)
		return true, nil
	}
	return false, nil
}

// unlocked ends a refresh that could not get the lock.
func (m *Manager) unlocked(ctx context.Context, s *Snapshot, err error) error {
	if errors.Is(err, ErrRefreshing) || ctx.Err() != nil || m.opts.AsCodex {
		m.decided(ctx, slog.LevelWarn, s, "another process holds the lock, nothing sent", "error", err)
		return &RefreshError{Err: err}
	}
	return m.unsavable(ctx, s, err)
}

// prepare makes sure that an answer can be kept before anything is sent.
func (m *Manager) prepare(ctx context.Context, s *Snapshot) error {
	noted := m.opts.Lineage.Sent(s) // also reserves space for noting the answer
	err := cmp.Or(m.opts.Memory.Reserve(m.opts.Memory.Token(s), clean(m.opts.Now())), noted)
	if m.opts.AsCodex {
		return nil // Codex sends in any case
	}
	if err == nil {
		m.opts.Step(StepReserved)
		err = m.opts.Store.Writable(ctx)
	}
	if err != nil {
		m.fateWithout(s, &RefreshError{})
		return m.unsavable(ctx, s, err)
	}
	return nil
}

// unsavable ends a refresh whose answer could not be kept: nothing may be sent.
func (m *Manager) unsavable(ctx context.Context, s *Snapshot, err error) error {
	r := m.attempt(m.opts.Memory.Token(s), AttemptUnsent)
	r.Cause = CauseOf(err)
	m.remember(r)
	m.decided(ctx, slog.LevelWarn, s, "an answer could not be saved, nothing sent", "error", err)
	return CannotSave(err)
}

// redeem sends the one request and handles its answer.
func (m *Manager) redeem(ctx context.Context, s *Snapshot, reason RefreshReason) error {
	key := m.opts.Memory.Token(s)
	if err := m.opts.Memory.Sent(key); err != nil && !m.opts.AsCodex {
		return m.unsavable(ctx, s, err)
	}
	m.opts.Step(StepSent)
	m.change(func(f *Facts) { f.Sent = m.opts.Now() })
	defer time.AfterFunc(refreshTick, m.publish).Stop()
	answer, err := m.opts.Authority.Refresh(ctx, RefreshRequest{
		RefreshToken: s.RefreshToken(), Reason: reason, Provenance: s.Provenance(),
	})
	defer m.change(func(f *Facts) { f.Sent = time.Time{} })
	if err != nil {
		return m.failed(ctx, s, key, err)
	}
	m.opts.Step(StepAnswered)
	if !m.opts.AsCodex {
		answer = answer.usable() // Codex stores an empty refresh token and is then stuck
	}
	_, err = s.WithTokens(answer, m.opts.Now())
	if m.opts.AsCodex {
		err = cmp.Or(answer.Tolerated, err)
	}
	if err != nil {
		// Codex drops such an answer entirely and asks again next time.
		return m.failed(ctx, s, key, &RefreshError{Status: 200, Err: err})
	}
	if err := m.opts.Memory.Keep(key, answer); err != nil {
		m.opts.Log.Warn("cannot keep the answer in the escrow", "error", err)
	}
	m.fateOf(s, answer) // before the commit, so that a home that looks now waits for it
	m.opts.Step(StepKept)
	return m.commit(ctx, s, answer, "refreshed")
}

// failed handles an error of the authority: a refusal for good, or a failure
// that may pass.
func (m *Manager) failed(ctx context.Context, s *Snapshot, key string, err error) error {
	var re *RefreshError
	if !errors.As(err, &re) {
		re = &RefreshError{Err: err}
	}
	if s.mentions(re.Code) {
		re.Code = "" // a server may put anything there, even a token
	}
	if re.Permanent {
		defer m.fateWithout(s, re) // after the second look, which may find what replaced s
		return m.rejected(ctx, s, key, re)
	}
	m.fateWithout(s, re)
	m.decided(ctx, slog.LevelInfo, s, "no usable answer, may work later",
		"status", re.Status, "code", re.Code, "answerLost", re.AnswerLost, "error", re)
	m.remember(m.failedAttempt(key, re))
	m.endAttempt(key, re.AnswerLost || m.isLost(key))
	kind := ActivityFailed
	if re.AnswerLost {
		kind = ActivityLost
	}
	m.happened(kind, s, "")
	return re
}

// rejected handles a refusal for good. If a race can have caused it, rejected
// first waits for the store to change.
func (m *Manager) rejected(ctx context.Context, s *Snapshot, key string, re *RefreshError) error {
	// An unexplained 401 may come from a captive portal: it says nothing about
	// an earlier request whose answer was lost.
	defer m.endAttempt(key, m.isLost(key) && !re.Reason.NamesToken())
	defer m.remember(m.failedAttempt(key, re))
	m.opts.Step(StepRefused)
	if re.Reason.mayBeRace() && m.opts.SecondLook > 0 {
		if seen, err := m.lookAgain(ctx, s, re); seen {
			return err
		}
		m.opts.Step(StepLooked)
	}
	m.decided(ctx, slog.LevelWarn, s, "refused", "reason", re.Reason, "status", re.Status, "code", re.Code)
	return m.refuse(s, re)
}
