package auth

import (
	"errors"
	"time"
)

// Refusal is a permanent failure, bound to the credentials that were refused.
type Refusal struct {
	// Fingerprint of the refused credentials: see Fingerprinter.
	Fingerprint string
	// Reason for the refusal.
	Reason Reason
	// At is when the answer came, UTC.
	At time.Time
}

// refusalKey is the fingerprint under which s is refused: by its refresh token,
// or, as Codex does it, by everything in it.
func (m *Manager) refusalKey(s *Snapshot) string {
	if m.opts.AsCodex {
		return m.opts.Fingerprints.Whole(s)
	}
	return m.opts.Fingerprints.Token(s)
}

// sameRefusal reports whether a refusal of s is one of t as well.
func (m *Manager) sameRefusal(t, s *Snapshot) bool {
	return t.Managed() && t.HasTokens() && m.refusalKey(t) == m.refusalKey(s)
}

// heedRefusal returns the refusal of s, which is cached, nil when it has none:
// another process may have been refused since s was read. Before a request the
// caller holds the refresh lock, so that nobody is being refused just now.
func (m *Manager) heedRefusal(s *Snapshot) *Refusal {
	if m.opts.AsCodex {
		_, refusal := m.Snapshot()
		return refusal
	}
	refusal := m.lookupRefusal(s)
	m.mu.Lock()
	defer m.publish() // after the unlock
	defer m.mu.Unlock()
	f := &m.facts
	if !f.Snapshot.Equal(s) {
		return refusal // somebody has replaced s meanwhile
	}
	if f.Refusal == nil {
		f.Refusal, f.Notice = refusal, m.noticeFor(s, refusal)
	}
	return f.Refusal
}

// lookupRefusal finds the refusal of s, nil when it has none. AsCodex asks
// only once, at the start: later on, what was adopted is innocent.
func (m *Manager) lookupRefusal(s *Snapshot) *Refusal {
	if !s.Managed() || !s.HasTokens() {
		return nil
	}
	key := m.refusalKey(s)
	if r, ok := m.opts.Refusals.Lookup(key); ok {
		return &r
	}
	if r, ok := m.own.Lookup(key); ok {
		return &r
	}
	return nil
}

// refuse records that s was refused for good and returns the error for all its
// callers. A reason that names the token is true whatever the store holds by
// then. Any other counts only for what is still cached, or would be if the
// store could be read.
func (m *Manager) refuse(s *Snapshot, cause *RefreshError) error {
	at := clean(m.opts.Now())
	r := Refusal{Fingerprint: m.refusalKey(s), Reason: cause.Reason, At: at}
	m.mu.Lock()
	current := m.sameRefusal(m.facts.Snapshot, s)
	if current {
		m.facts.Refusal, m.facts.Attempt, m.facts.Renewing = &r, nil, false
		m.facts.Notice = m.noticeFor(s, &r)
	}
	hidden := m.unreadable()
	m.mu.Unlock()
	if current || hidden || r.Reason.NamesToken() {
		m.remember(s, r)
	}
	m.opts.Step(StepRecorded)
	m.publish()
	m.happened(ActivityRefused, s, cause.Reason)
	return cause
}

// unreadable reports whether the store cannot be read at the moment. The
// caller holds mu.
func (m *Manager) unreadable() bool {
	var err *UnreadableError
	return errors.As(m.facts.LoadErr, &err)
}

// remember keeps a refusal beyond this process if its reason names the token,
// under both fingerprints: the agent asks for one, AsCodex for the other.
func (m *Manager) remember(s *Snapshot, r Refusal) {
	if !r.Reason.NamesToken() {
		_ = m.own.Record(r) // in memory: cannot fail
		return
	}
	for _, key := range []string{m.opts.Fingerprints.Token(s), m.opts.Fingerprints.Whole(s)} {
		r.Fingerprint = key
		if err := m.opts.Refusals.Record(r); err != nil {
			m.opts.Log.Warn("the refusal will be forgotten at the end of this process", "error", err)
			_ = m.own.Record(r)
		}
	}
}

// refusalError is what every further caller with refused credentials is told.
func refusalError(r *Refusal) error {
	return &RefreshError{Permanent: true, Reason: r.Reason}
}

// noticeFor names the notification that belongs to s and its refusal, "" for
// none. An unexplained 401 owes none: a captive portal can produce it.
func (m *Manager) noticeFor(s *Snapshot, r *Refusal) string {
	switch {
	case r != nil && r.Reason.NamesToken():
		return m.opts.Fingerprints.Token(s)
	case r == nil && s.Obstacle().DeadEnd():
		return m.opts.Fingerprints.Whole(s)
	}
	return ""
}

// ClaimNotice reports, exactly once ever for each notice and across all
// processes that share the state directory, that the caller shall show it.
func (m *Manager) ClaimNotice(id string) (bool, error) {
	return m.opts.Notices.ClaimNotice(id)
}

// Forgive forgets the refusal of the cached credentials if its reason does not
// name the token: an unexplained 401 may have come from something between here
// and the server. The next renewal asks again. It reports whether there was
// such a refusal; one that names the token is never forgiven.
func (m *Manager) Forgive() bool {
	m.mu.Lock()
	refusal := m.facts.Refusal
	if refusal == nil || refusal.Reason.NamesToken() {
		m.mu.Unlock()
		return false
	}
	m.own.forget(refusal.Fingerprint)
	m.facts.Refusal = nil
	m.mu.Unlock()
	m.opts.Log.Info("refusal forgiven, for its reason does not name the token", "reason", refusal.Reason)
	m.publish()
	return true
}
