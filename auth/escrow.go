package auth

import (
	"context"
	"time"
)

// EscrowEntry is the content of the escrow: see Escrow.
type EscrowEntry struct {
	// Redeemed is the fingerprint of the refresh token (Memory.Token).
	Redeemed string
	// At is when the attempt began, UTC.
	At time.Time
	// Sent: the request may have reached the server.
	Sent bool
	// Answer is the server's answer, nil until it arrives.
	Answer *TokenResponse
}

// pending is an answer that has arrived and is not in the store yet. It is kept
// in memory in case the escrow fails, and its access token is the one that
// works.
type pending struct {
	redeemed string // the fingerprint of the refresh token
	answer   TokenResponse
	next     *Snapshot // what the store will hold
}

// hold keeps the answer for s in memory until it is in the store.
func (m *Manager) hold(s *Snapshot, answer TokenResponse) {
	next, err := s.WithTokens(answer, m.opts.Now())
	if err != nil {
		return // it could not be saved either
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.held = true
	m.pending = &pending{m.opts.Memory.Token(s), answer, next}
}

// newest returns what s becomes as soon as the store can be written, or s if
// nothing is pending. AsCodex always returns s, because Codex only hands out
// what it has stored.
func (m *Manager) newest(s *Snapshot) *Snapshot {
	p := m.unsaved()
	if m.opts.AsCodex || p == nil || !s.HasTokens() || p.redeemed != m.opts.Memory.Token(s) {
		return s
	}
	return p.next
}

// heldFor returns the answer for s that has arrived and is not in the store
// yet: the escrow's, or the one in memory if the escrow could not store it.
func (m *Manager) heldFor(s *Snapshot) (entry EscrowEntry, ok bool) {
	entry, ok, err := m.opts.Memory.Held()
	if err == nil && ok && entry.Answer != nil {
		return entry, true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.pending; p != nil && p.redeemed == m.opts.Memory.Token(s) {
		return EscrowEntry{Redeemed: p.redeemed, At: entry.At, Sent: true, Answer: &p.answer}, true
	}
	return entry, ok && err == nil
}

// settleLimit bounds how long reading the store takes to save an answer, with the
// wait for Codex's locks. A slow machine needs most of it for an encrypted store.
const settleLimit = 30 * time.Second

// settleEscrow brings the escrow in line with what the store holds now: an
// answer for these very credentials is committed, one for credentials that
// have been replaced is dropped.
func (m *Manager) settleEscrow(ctx context.Context, s *Snapshot) {
	if !s.HasTokens() {
		return // perhaps only gone for a moment: the escrow waits
	}
	m.mu.Lock()
	pending := m.held || !m.settled
	m.settled = true
	m.mu.Unlock()
	if !pending {
		return
	}
	entry, ok := m.heldFor(s)
	if !ok {
		return
	}
	if entry.Answer != nil && entry.Redeemed == m.opts.Memory.Token(s) {
		m.hold(s, *entry.Answer) // its token works, whatever becomes of saving it
	}
	ctx, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	unlock, err := m.opts.RefreshLock(ctx)
	if err != nil {
		m.mu.Lock()
		m.held = true // the holder of the lock settles it, or the next Reload does
		m.mu.Unlock()
		return
	}
	defer unlock()
	_, _ = m.finishHeld(ctx, s) // a failure is in the State and the answer in the escrow
}

// finishHeld commits an answer that arrived for s and is not in the store yet,
// instead of redeeming s a second time. Callers hold the refresh lock.
func (m *Manager) finishHeld(ctx context.Context, s *Snapshot) (done bool, err error) {
	entry, ok := m.heldFor(s)
	switch {
	case !ok:
		return false, nil
	case entry.Redeemed != m.opts.Memory.Token(s):
		m.clearEscrow(entry.Redeemed) // the store has moved on without that answer
		return false, nil
	case entry.Answer != nil:
		return true, m.commit(ctx, s, *entry.Answer, "saved the answer of an earlier request, nothing sent")
	case entry.Sent:
		m.foundLost(entry)
	}
	return false, nil
}

// foundLost records that an earlier process sent a request and its answer was
// never kept.
func (m *Manager) foundLost(entry EscrowEntry) {
	if a, ok := m.lastAttempt(entry.Redeemed); !ok || a.At.Before(entry.At) {
		lost := m.failedAttempt(entry.Redeemed, &RefreshError{AnswerLost: true})
		wait := lost.NotBefore.Sub(lost.At)
		lost.At, lost.NotBefore = clean(entry.At), clean(entry.At.Add(wait))
		m.remember(lost)
	}
	m.setLost(entry.Redeemed, true)
}

// setLost notes whether the answer for a refresh token was lost. It stays lost
// until that token is replaced or refused, whatever the outcome of later
// attempts, and even while the store is unreadable or other content changes.
func (m *Manager) setLost(token string, lost bool) {
	m.change(func(f *Facts) {
		switch {
		case lost:
			m.lost = token
		case m.lost == token:
			m.lost = ""
		}
		f.Lost = m.lost != "" && f.Token == m.lost
	})
}

// isLost reports whether the answer for a refresh token was lost.
func (m *Manager) isLost(token string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.lost == token
}

// clearEscrow empties the slot. If that fails, the next start drops the answer,
// because its credentials are gone.
func (m *Manager) clearEscrow(redeemed string) {
	m.release()
	if err := m.opts.Memory.Clear(redeemed); err != nil {
		m.opts.Log.Warn("cannot clear the escrow", "error", err)
		return
	}
	m.mu.Lock()
	m.held = false
	m.mu.Unlock()
}

// unsaved is the answer in memory, nil if there is none.
func (m *Manager) unsaved() *pending {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.pending
}

// release forgets the answer in memory.
func (m *Manager) release() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pending = nil
}
