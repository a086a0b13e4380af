package auth

import "errors"

// What is cached changes here and nowhere else.

// take replaces what is cached. Equal content changes nothing at all.
func (m *Manager) take(s *Snapshot, loadErr error) {
	m.mu.Lock()
	adopted := m.takeLocked(s, loadErr)
	m.mu.Unlock()
	m.announce(adopted)
}

// found is take for what the store was found to hold. What another program did
// to it is an Activity.
func (m *Manager) found(s *Snapshot, loadErr error) {
	m.mu.Lock()
	was, known := m.facts.LastGood, m.read
	m.read = true
	adopted := m.takeLocked(s, loadErr)
	now, ours := m.facts.LastGood, m.writing
	restricted := m.facts.Restriction != ""
	m.mu.Unlock()
	m.announce(adopted)
	if !adopted || !known || restricted || now != nil && now.Equal(ours) {
		return
	}
	if kind := turn(was, now); kind != "" {
		m.happened(kind, now, "")
	}
}

// takeIssued is take for tokens that the server has just issued to us, and
// that are in the store by now.
func (m *Manager) takeIssued(s *Snapshot, kind ActivityKind) {
	m.mu.Lock()
	adopted := m.takeLocked(s, nil)
	f := &m.facts
	f.Tried, f.Attempt, f.CommitErr = true, nil, nil
	m.mu.Unlock()
	m.announce(adopted)
	m.happened(kind, s, "")
}

// isWriting notes what this program is about to write, so that whoever reads it
// from the store first does not take it for another program's.
func (m *Manager) isWriting(s *Snapshot) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.writing = s
}

// announce tells of what was taken.
func (m *Manager) announce(adopted bool) {
	if adopted {
		m.changed.Publish(struct{}{})
	}
	m.publish()
}

// takeLocked is take for those who hold mu. It reports whether the content is new.
func (m *Manager) takeLocked(s *Snapshot, loadErr error) bool {
	f := &m.facts
	f.Restriction = ""
	if s != nil {
		if f.Restriction = m.opts.Restriction(s); f.Restriction != "" {
			s, loadErr = nil, ErrNoCredential
		}
	}
	adopted := !s.Equal(f.Snapshot)
	f.Snapshot, f.LoadErr = s, loadErr // even if equal: unknown fields may be new
	if s != nil || errors.Is(loadErr, ErrNoCredential) {
		f.LastGood = s
	}
	if !adopted {
		return false
	}
	f.Attempt, f.SaveErr, f.CommitErr, f.Tried, f.Renewing = nil, nil, nil, false, false
	f.Lost = m.lostLocked(s)
	f.Tried = f.Lost
	f.Refusal = nil
	if !m.opts.AsCodex || !m.loaded {
		f.Refusal = m.lookupRefusal(s)
	}
	m.loaded = true
	f.Notice = m.noticeFor(s, f.Refusal)
	return true
}
