package auth

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"rekey/internal/fault"
)

// commit writes the answer for s to the store, if the store still holds what
// was redeemed, and caches it. done is the text of the log line.
func (m *Manager) commit(ctx context.Context, s *Snapshot, answer TokenResponse, done string) error {
	m.opts.Step(StepCommitting)
	var committed *Snapshot
	err := m.opts.Store.Update(ctx, func(current *Snapshot) (*Snapshot, error) {
		otherUser := m.opts.AsCodex && s.Claims().UserID != current.Claims().UserID
		if !s.redeemedBy(current) || otherUser {
			return nil, ErrStoreChanged
		}
		next, err := current.WithTokens(answer, m.opts.Now())
		committed = next
		m.isWriting(next)
		return next, err
	})
	key := m.opts.Memory.Token(s)
	switch {
	case err == nil:
		m.opts.Step(StepCommitted)
		m.decided(ctx, slog.LevelInfo, s, done, "to", m.short(committed))
		m.takeIssued(committed, ActivityRefreshed, m.refreshedAttempt(key, committed))
		if !m.opts.AsCodex {
			// Another program may have replaced what was written, and the
			// watcher may have reported it, before it was cached here.
			_, _ = m.load(ctx)
		}
		m.endAttempt(key, false)
		m.opts.Step(StepCleared)
		return nil
	case errors.Is(err, ErrStoreChanged):
		m.decided(ctx, slog.LevelInfo, s, "someone signed in or out meanwhile, the answer is not stored")
		return m.yield(ctx, s)
	}
	m.hold(s, answer)
	m.decided(ctx, slog.LevelWarn, s, "refreshed, but not saved; the escrow holds the answer", "error", err)
	m.change(func(f *Facts) { f.CommitErr = err })
	m.happened(ActivityUnsaved, s, "")
	return &RefreshError{Err: errUnsaved(err)}
}

// errUnsaved is the error for tokens that are waiting to be saved.
func errUnsaved(err error) error {
	return fault.New("not_saved_yet", "the new tokens cannot be saved yet: {{.Why}}", "Why", err)
}

// yield adopts what another program wrote while an answer was under way.
func (m *Manager) yield(ctx context.Context, s *Snapshot) error {
	changed := &RefreshError{Permanent: true, Reason: ReasonAccountChanged}
	if m.opts.AsCodex {
		return changed // Codex keeps what it has cached
	}
	now, err := m.load(ctx)
	if !now.HasTokens() { // perhaps only gone for a moment: the escrow keeps the answer
		m.mu.Lock()
		m.held = true // whoever reads the same sign-in again saves it
		m.mu.Unlock()
	}
	if err != nil {
		return &RefreshError{Err: err}
	}
	if key := m.opts.Memory.Token(s); now.HasTokens() && m.opts.Memory.Token(now) != key {
		m.clearEscrow(key)
	}
	if !now.sameAccount(s) {
		return changed
	}
	return nil
}

// lookLimit bounds the wait for Codex's lock before the last look at the store.
const lookLimit = 5 * time.Second

// errLook ends an Update that only wanted to read under the lock.
var errLook = errors.New("only looked")

// lookAgain gives another process that may have won the race time to commit its
// tokens. seen is true if the store no longer holds what was refused; err is
// then the callers' result.
func (m *Manager) lookAgain(ctx context.Context, s *Snapshot, cause *RefreshError) (seen bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	changes := m.changed.Subscribe(ctx)
	if m.movedOn(ctx, s) {
		return true, m.adoptedAfter(ctx, s, cause)
	}
	deadline := time.NewTimer(m.opts.SecondLook)
	defer deadline.Stop()
	for {
		select {
		case <-changes:
			if m.moved(s) {
				return true, m.adoptedAfter(ctx, s, cause)
			}
		case <-deadline.C:
			// Under auth.lock no Codex is in the middle of its commit.
			look := func(*Snapshot) (*Snapshot, error) { return nil, errLook }
			locked, stop := context.WithTimeout(ctx, lookLimit)
			if err := m.opts.Store.Update(locked, look); err != nil && !errors.Is(err, errLook) {
				m.opts.Log.Warn("cannot take Codex's lock for the second look", "error", err)
			}
			stop()
			if m.movedOn(ctx, s) {
				return true, m.adoptedAfter(ctx, s, cause)
			}
			return false, nil
		}
	}
}

// movedOn is moved after a fresh look at the store.
func (m *Manager) movedOn(ctx context.Context, s *Snapshot) bool {
	_, err := m.load(ctx)
	return err == nil && m.moved(s)
}

// moved reports whether the store no longer holds what was refused. Other
// changes around the same token do not count, and neither does a store that is
// unreadable at the moment.
func (m *Manager) moved(s *Snapshot) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.sameRefusal(m.facts.Snapshot, s) && !m.unreadable()
}

// adoptedAfter returns the callers' result after the store has moved on from s.
// The refusal is recorded all the same, because the token may come back, for
// example from a backup.
func (m *Manager) adoptedAfter(ctx context.Context, s *Snapshot, cause *RefreshError) error {
	if cause.Reason.NamesToken() {
		m.recordRefusal(s, Refusal{Reason: cause.Reason, At: clean(m.opts.Now())})
	}
	now, _ := m.Snapshot()
	if !now.sameAccount(s) {
		m.decided(ctx, slog.LevelInfo, s, "refused, and someone signed out or in to another account meanwhile")
		return &RefreshError{Permanent: true, Reason: ReasonAccountChanged}
	}
	m.decided(ctx, slog.LevelInfo, s, "refused because another process won the race; adopted its tokens", "to", m.short(now))
	return nil
}
