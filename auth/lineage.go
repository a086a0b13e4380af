package auth

import (
	"context"
	"errors"
	"log/slog"

	"rekey/internal/fault"
)

// Lineage records what became of refresh tokens across all homes of a user.
// Copies of one sign-in in several homes hold the same token, and sending it a
// second time ends them all. Implementations are safe for concurrent use by
// goroutines and processes.
type Lineage interface {
	// Lock gives one home at a time the refresh token of s. It waits a bounded
	// time. Its error is as that of Options.RefreshLock.
	Lock(ctx context.Context, s *Snapshot) (unlock func(), err error)
	// Fate returns what became of the refresh token of s.
	Fate(s *Snapshot) Fate
	// Sent notes that this home is about to send the refresh token of s.
	Sent(s *Snapshot) error
	// Unsent undoes Sent: the token is still good.
	Unsent(s *Snapshot) error
	// Replaced notes that this home now holds by in place of the refresh token
	// of s.
	Replaced(s *Snapshot, by Secret) error
	// Refused notes that the server refused the refresh token of s.
	Refused(s *Snapshot, reason Reason) error
	// Successor reads what another home now holds in place of s. Its error is
	// ErrNoSuccessor when no home has a successor; any other error is
	// temporary.
	Successor(ctx context.Context, s *Snapshot) (*Snapshot, error)
}

// Fate is what became of a refresh token. The zero value means that it was
// never sent.
type Fate struct {
	// Elsewhere: another home sent it.
	Elsewhere bool
	// Sent: it may have reached the server, and no answer was kept.
	Sent bool
	// Replaced: another token has replaced it.
	Replaced bool
	// Refused is the server's reason, "" when it did not refuse.
	Refused Reason
}

// ErrNoSuccessor means that no home holds the token that replaced a refresh
// token.
var ErrNoSuccessor error = fault.New("no_successor", "no home holds the tokens that replaced these")

// noLineage is the Lineage of a Manager whose home is the only one.
type noLineage struct{}

func (noLineage) Lock(context.Context, *Snapshot) (func(), error) { return func() {}, nil }
func (noLineage) Fate(*Snapshot) Fate                             { return Fate{} }
func (noLineage) Sent(*Snapshot) error                            { return nil }
func (noLineage) Unsent(*Snapshot) error                          { return nil }
func (noLineage) Replaced(*Snapshot, Secret) error                { return nil }
func (noLineage) Refused(*Snapshot, Reason) error                 { return nil }
func (noLineage) Successor(context.Context, *Snapshot) (*Snapshot, error) {
	return nil, ErrNoSuccessor
}

// acrossHomes locks the refresh token of s and checks what other homes have
// done with it. done is true when nothing must be sent; otherwise the caller
// unlocks after it has the answer. waiting bounds the wait for another home. The
// caller holds the refresh lock.
func (m *Manager) acrossHomes(ctx, waiting context.Context, s *Snapshot) (unlock func(), done bool, err error) {
	unlock, err = m.opts.Lineage.Lock(waiting, s)
	switch {
	case err != nil && m.opts.AsCodex && waiting.Err() == nil:
		return func() {}, false, nil
	case err != nil:
		return nil, true, m.unlocked(waiting, s, err)
	case m.opts.AsCodex:
		return unlock, false, nil
	}
	if done, err = m.heedFate(ctx, s, m.opts.Lineage.Fate(s)); done {
		unlock()
	}
	return unlock, done, err
}

// heedFate acts on the fate of the refresh token of s. done is true when
// nothing must be sent.
func (m *Manager) heedFate(ctx context.Context, s *Snapshot, fate Fate) (done bool, err error) {
	key := m.opts.Memory.Token(s)
	switch {
	case fate.Refused != "":
		m.decided(ctx, slog.LevelInfo, s, "refused in another home, nothing sent", "reason", fate.Refused)
		return true, m.refuse(s, &RefreshError{Permanent: true, Reason: fate.Refused})
	case fate.Replaced:
		return true, m.adoptSuccessor(ctx, s, fate)
	case fate.Sent && fate.Elsewhere && !m.isLost(key):
		m.decided(ctx, slog.LevelWarn, s, "another home has sent this token and has no answer yet, nothing sent")
		m.setLost(key, true)
		m.publish()
		return true, &RefreshError{AnswerLost: true}
	}
	return false, nil
}

// adoptSuccessor adopts from another home the tokens that replaced those of s,
// if they are for the same account and the store still holds s. Otherwise s can
// no longer be refreshed.
func (m *Manager) adoptSuccessor(ctx context.Context, s *Snapshot, fate Fate) error {
	next, err := m.opts.Lineage.Successor(ctx, s)
	switch {
	case errors.Is(err, ErrNoSuccessor), err == nil && !next.sameAccount(s):
		cause := &RefreshError{Permanent: true, Reason: ReasonReused} // an old copy of this home's own
		if fate.Elsewhere {
			cause.Reason = ReasonCopied
		}
		m.decided(ctx, slog.LevelWarn, s, "spent already, nothing sent", "reason", cause.Reason)
		told := m.attempt(m.opts.Memory.Token(s), AttemptRefused) // for later processes, which look for a successor again
		told.Reason = cause.Reason
		m.remember(told)
		return m.refuse(s, cause)
	case err != nil:
		m.decided(ctx, slog.LevelInfo, s, "another home has the successor and cannot be read, nothing sent", "error", err)
		return &RefreshError{Err: err}
	}
	var written *Snapshot
	err = m.opts.Store.Update(ctx, func(current *Snapshot) (*Snapshot, error) {
		if !s.redeemedBy(current) {
			return nil, ErrStoreChanged
		}
		written = current.withSuccessor(next)
		m.isWriting(written)
		return written, nil
	})
	if err != nil {
		m.decided(ctx, slog.LevelWarn, s, "cannot adopt another home's tokens, nothing sent", "error", err)
		return &RefreshError{Err: err}
	}
	m.decided(ctx, slog.LevelInfo, s, "adopted what another home has, nothing sent", "to", m.short(written))
	m.take(written, nil)
	m.happened(ActivityAdopted, written, "")
	m.endAttempt(m.opts.Memory.Token(s), false)
	// As fresh here as there: three homes that are told to refresh at once make one
	// request.
	r := m.refreshedAttempt(m.opts.Memory.Token(s), written)
	if at, ok := written.LastRefresh(); ok && at.Before(r.At) {
		r.NotBefore = r.NotBefore.Add(at.Sub(r.At))
		r.At = at
	}
	m.remember(r)
	return nil
}

// withSuccessor returns s with the tokens and last_refresh of next.
func (s *Snapshot) withSuccessor(next *Snapshot) *Snapshot {
	merged, t := *s, *s.tokens
	t.id, t.access, t.refresh, t.claims = next.tokens.id, next.tokens.access, next.tokens.refresh, next.tokens.claims
	t.provenance = next.tokens.provenance
	merged.tokens, merged.lastRefresh = &t, next.lastRefresh
	return &merged
}

// fateOf records for the other homes the answer to a request with s.
func (m *Manager) fateOf(s *Snapshot, answer TokenResponse) {
	err := error(nil)
	if by := answer.RefreshToken; by != nil && *by != s.RefreshToken() {
		err = m.opts.Lineage.Replaced(s, *by)
	} else {
		err = m.opts.Lineage.Unsent(s) // the token stays the same
	}
	m.noteFate(err)
}

// fateWithout records for the other homes that a request with s brought no
// tokens.
func (m *Manager) fateWithout(s *Snapshot, e *RefreshError) {
	switch {
	case e.Permanent && e.Reason.NamesToken():
		m.noteFate(m.opts.Lineage.Refused(s, e.Reason))
	case !e.AnswerLost && !m.isLost(m.opts.Memory.Token(s)):
		m.noteFate(m.opts.Lineage.Unsent(s))
	}
}

// fateSeen records that another program, such as Codex, has refreshed this
// home's sign-in. Content older than what it replaces is a restored backup and
// does not count.
func (m *Manager) fateSeen(was, now *Snapshot) {
	before, _ := was.LastRefresh()
	after, _ := now.LastRefresh()
	if !was.Managed() || !now.Managed() || !after.After(before) || was.RefreshToken() == now.RefreshToken() ||
		m.opts.Lineage.Fate(was).Replaced || m.opts.Lineage.Fate(now) != (Fate{}) {
		return
	}
	m.noteFate(m.opts.Lineage.Replaced(was, now.RefreshToken()))
}

func (m *Manager) noteFate(err error) {
	if err != nil {
		m.opts.Log.Warn("cannot record for other homes what became of this refresh token", "error", err)
	}
}
