package auth

import (
	"errors"
	"runtime"
	"time"
)

// This file is the only place that changes what is cached.

// content is the content of a store with what is remembered about it.
type content struct {
	snapshot    *Snapshot
	err         error  // why snapshot is nil
	store       string // the store's name
	restriction error
	token       string // the refresh token's fingerprint
	known       bool   // everything below has been looked up
	refusal     *Refusal
	last        Attempt
}

// lookUp finds out what is remembered about s. If s is cached already it does
// so only if always is set. It may wait for the disk, so callers must not hold
// mu.
func (m *Manager) lookUp(s *Snapshot, loadErr error, always bool) content {
	c := content{snapshot: s, err: loadErr, store: m.opts.Store.String()}
	if s != nil {
		if c.restriction = m.opts.Restriction(s); c.restriction != nil {
			c.snapshot, c.err = nil, ErrNoCredential
		}
	}
	if c.snapshot.HasTokens() {
		c.token = m.opts.Memory.Token(c.snapshot)
	}
	m.mu.Lock()
	cached, first := c.snapshot.Equal(m.facts.Snapshot), !m.loaded
	m.mu.Unlock()
	if cached && !always {
		return c
	}
	c.known = true
	if first || !m.opts.AsCodex {
		c.refusal = m.lookupRefusal(c.snapshot, c.token)
	}
	if c.token != "" {
		r, _ := m.lastAttempt(c.token)
		c.last = r.Attempt
	}
	return c
}

// cache replaces what is cached; equal content changes nothing. also, if not nil,
// is called under mu with the facts as they were before and whether the content is
// new.
func (m *Manager) cache(s *Snapshot, loadErr error, also func(was Facts, adopted bool)) {
	c := m.lookUp(s, loadErr, false)
	m.mu.Lock()
	for !c.known && !c.snapshot.Equal(m.facts.Snapshot) { // replaced since lookUp
		m.mu.Unlock()
		c = m.lookUp(s, loadErr, true)
		m.mu.Lock()
	}
	was := m.facts
	adopted := m.takeLocked(c)
	if also != nil {
		also(was, adopted)
	}
	m.mu.Unlock()
	if adopted {
		m.changed.Publish(struct{}{})
	}
	m.publish()
	runtime.Gosched() // whoever waits for the State goes first: what follows is bookkeeping
}

// takeLocked is cache for callers that hold mu.
func (m *Manager) takeLocked(c content) (adopted bool) {
	f := &m.facts
	adopted = !c.snapshot.Equal(f.Snapshot)
	f.Restriction, f.Store = c.restriction, c.store
	f.Snapshot, f.LoadErr = c.snapshot, c.err // even if equal: unknown fields may be new
	if c.snapshot != nil || errors.Is(c.err, ErrNoCredential) {
		f.LastGood = c.snapshot
	}
	if !adopted {
		return false
	}
	m.loaded = true
	m.chatGPT = m.chatGPT || f.Snapshot.Kind() == KindChatGPT && !f.Snapshot.nameless()
	f.Token, f.Refusal, f.Last = c.token, c.refusal, c.last
	f.CommitErr, f.Sent, m.hidden = nil, time.Time{}, time.Time{}
	f.Lost = m.lost != "" && f.Token == m.lost
	f.Notice = m.noticeFor(f.Snapshot, f.Refusal)
	return true
}

// take is cache for content that does not come from the store's watcher.
func (m *Manager) take(s *Snapshot, loadErr error) { m.cache(s, loadErr, nil) }

// found is take for content that was read from the store. A change made by
// another program is reported as an Activity.
func (m *Manager) found(s *Snapshot, loadErr error) {
	var kind ActivityKind
	var before, now *Snapshot
	m.cache(s, loadErr, func(was Facts, adopted bool) {
		before, now = was.LastGood, m.facts.LastGood
		ours := now != nil && now.Equal(m.writing)
		if adopted && m.read && m.facts.Restriction == nil && !ours {
			kind = turn(was.LastGood, now)
		}
		m.read = true
	})
	if kind == ActivityAdopted {
		m.fateSeen(before, now)
	}
	if kind != "" {
		m.happened(kind, now, "")
	}
}

// takeIssued is take for tokens that the server has just issued to us and that
// are already in the store. r is the record of the request.
func (m *Manager) takeIssued(s *Snapshot, kind ActivityKind, r AttemptRecord) {
	_ = m.own.RecordAttempt(r) // in memory: cannot fail
	m.cache(s, nil, func(Facts, bool) { m.facts.CommitErr = nil })
	m.remember(r)
	m.happened(kind, s, "")
}

// isWriting notes what this program is about to write, so that reading it back
// is not mistaken for another program's change.
func (m *Manager) isWriting(s *Snapshot) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.writing = s
}
