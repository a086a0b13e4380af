package auth

import (
	"errors"
	"time"
)

// Refusal is a permanent failure, bound to the credentials that were refused.
type Refusal struct {
	// Fingerprint of the refused credentials: see Memory.
	Fingerprint string
	// Reason for the refusal.
	Reason Reason
	// At is when the answer came, UTC.
	At time.Time
}

// refusalKey is the fingerprint under which a refusal of s is stored: that of
// its refresh token, or AsCodex that of the whole snapshot.
func (m *Manager) refusalKey(s *Snapshot) string {
	if m.opts.AsCodex {
		return m.opts.Memory.Whole(s)
	}
	return m.opts.Memory.Token(s)
}

// sameRefusal reports whether a refusal of s is one of t as well.
func (m *Manager) sameRefusal(t, s *Snapshot) bool {
	return t.Managed() && t.HasTokens() && m.refusalKey(t) == m.refusalKey(s)
}

// heed looks up refusals of the cached s that other processes recorded since it
// was read, and returns the refusal, nil if there is none. Before a request the
// caller holds the refresh lock, so that no refusal is just coming in.
func (m *Manager) heed(s *Snapshot) *Refusal {
	if m.opts.AsCodex {
		_, refusal := m.Snapshot()
		return refusal
	}
	if !s.HasTokens() {
		return nil
	}
	token := m.opts.Memory.Token(s)
	refusal := m.lookupRefusal(s, token)
	last, _ := m.lastAttempt(token)
	m.change(func(f *Facts) {
		if !f.Snapshot.Equal(s) {
			return // s has been replaced meanwhile
		}
		if f.Refusal == nil && refusal != nil {
			f.Refusal, f.Notice = refusal, m.noticeFor(s, refusal)
		}
		if last.At.After(f.Last.At) {
			m.show(f, last.Attempt)
		}
	})
	return refusal
}

// lookupRefusal finds the refusal of s, nil when it has none; token is its refresh
// token's fingerprint. AsCodex looks only once, at the start: later, adopted content
// counts as not refused.
func (m *Manager) lookupRefusal(s *Snapshot, token string) *Refusal {
	if !s.Managed() || !s.HasTokens() {
		return nil
	}
	key := token
	if m.opts.AsCodex {
		key = m.opts.Memory.Whole(s)
	}
	if r, ok := m.opts.Memory.Lookup(key); ok {
		return &r
	}
	if r, ok := m.own.Lookup(key); ok {
		return &r
	}
	if reason := m.opts.Lineage.Fate(s).Refused; reason != "" && !m.opts.AsCodex {
		return &Refusal{Fingerprint: key, Reason: reason, At: clean(m.opts.Now())}
	}
	return nil
}

// refuse records that s was refused for good and returns the error for all
// callers. A reason that names the token holds whatever the store holds by now.
// Any other counts only if s is still cached, or the store is unreadable.
func (m *Manager) refuse(s *Snapshot, cause *RefreshError) error {
	at := clean(m.opts.Now())
	r := Refusal{Fingerprint: m.refusalKey(s), Reason: cause.Reason, At: at}
	m.mu.Lock()
	current := m.sameRefusal(m.facts.Snapshot, s)
	if current {
		m.facts.Refusal, m.facts.Sent = &r, time.Time{}
		m.facts.Notice = m.noticeFor(s, &r)
	}
	hidden := m.unreadable()
	m.mu.Unlock()
	if current || hidden || r.Reason.NamesToken() {
		m.recordRefusal(s, r)
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

// recordRefusal keeps a refusal beyond this process if its reason names the token,
// under both fingerprints: the agent asks for one, AsCodex for the other.
func (m *Manager) recordRefusal(s *Snapshot, r Refusal) {
	if !r.Reason.NamesToken() {
		_ = m.own.Record(r) // in memory: cannot fail
		return
	}
	for _, key := range []string{m.opts.Memory.Token(s), m.opts.Memory.Whole(s)} {
		r.Fingerprint = key
		if err := m.opts.Memory.Record(r); err != nil {
			m.opts.Log.Warn("the refusal will be forgotten at the end of this process", "error", err)
			_ = m.own.Record(r)
		}
	}
}

// refusalError is the error for every later caller with refused credentials.
func refusalError(r *Refusal) error {
	return &RefreshError{Permanent: true, Reason: r.Reason}
}

// noticeFor returns the id of the notification for s and its refusal, "" for
// none. An unexplained 401 has none, because a captive portal can produce it.
func (m *Manager) noticeFor(s *Snapshot, r *Refusal) string {
	switch {
	case r != nil && (r.Reason.NamesToken() || r.Reason == ReasonCopied):
		return m.opts.Memory.Token(s)
	case r == nil && s.Obstacle().DeadEnd():
		return m.opts.Memory.Whole(s)
	}
	return ""
}

// ClaimNotice tells the caller whether to show a notice. It returns true
// exactly once ever for each notice, across all processes that share the state
// directory.
func (m *Manager) ClaimNotice(id string) (bool, error) {
	return m.opts.Memory.ClaimNotice(id)
}

// Forgive forgets the refusal of the cached credentials if its reason does not
// name the token: an unexplained 401 may have come from something between here
// and the server. The next refresh asks again. It reports whether there was
// such a refusal; one that names the token is never forgiven.
func (m *Manager) Forgive() bool {
	m.mu.Lock()
	refusal := m.facts.Refusal
	if refusal == nil || refusal.Reason.NamesToken() {
		m.mu.Unlock()
		return false
	}
	m.own.forget(refusal.Fingerprint)
	m.facts.Refusal, m.facts.Last = nil, Attempt{}
	m.mu.Unlock()
	m.opts.Log.Info("refusal forgiven because its reason does not name the token", "reason", refusal.Reason)
	m.publish()
	return true
}
