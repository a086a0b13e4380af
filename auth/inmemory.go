package auth

import (
	"errors"
	"sync"
	"time"
)

// memory stands in for Refusals, Notices, Attempts and Escrow where none is
// given: what it keeps ends with the process. It is safe for concurrent use.
type memory struct {
	mu       sync.Mutex // guards everything below
	refusals map[string]Refusal
	claimed  map[string]bool
	attempts map[string]Attempt
	entry    *EscrowEntry
}

func newMemory() *memory {
	return &memory{
		refusals: make(map[string]Refusal), claimed: make(map[string]bool), attempts: make(map[string]Attempt),
	}
}

// Lookup implements Refusals.
func (m *memory) Lookup(fingerprint string) (Refusal, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.refusals[fingerprint]
	return r, ok
}

// Record implements Refusals.
func (m *memory) Record(r Refusal) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refusals[r.Fingerprint] = r
	return nil
}

// ClaimNotice implements Notices.
func (m *memory) ClaimNotice(id string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	first := !m.claimed[id]
	m.claimed[id] = true
	return first, nil
}

// LastAttempt implements Attempts.
func (m *memory) LastAttempt(fingerprint string) (Attempt, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, ok := m.attempts[fingerprint]
	return a, ok
}

// RecordAttempt implements Attempts.
func (m *memory) RecordAttempt(a Attempt) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.attempts[a.Fingerprint] = a
	return nil
}

// Reserve implements Escrow.
func (m *memory) Reserve(redeemed string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.entry; e != nil && e.Answer != nil && e.Redeemed != redeemed {
		return errors.New("an answer for other credentials is still held")
	}
	sent := m.entry != nil && m.entry.Redeemed == redeemed && m.entry.Sent
	m.entry = &EscrowEntry{Redeemed: redeemed, At: at, Sent: sent}
	return nil
}

// Sent implements Escrow.
func (m *memory) Sent(redeemed string) error {
	return m.change(redeemed, func(e *EscrowEntry) { e.Sent = true })
}

// Keep implements Escrow.
func (m *memory) Keep(redeemed string, answer TokenResponse) error {
	return m.change(redeemed, func(e *EscrowEntry) { e.Answer = &answer })
}

func (m *memory) change(redeemed string, f func(*EscrowEntry)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entry != nil && m.entry.Redeemed == redeemed {
		f(m.entry)
	}
	return nil
}

// Held implements Escrow.
func (m *memory) Held() (EscrowEntry, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entry == nil {
		return EscrowEntry{}, false, nil
	}
	return *m.entry, true, nil
}

// Clear implements Escrow.
func (m *memory) Clear(redeemed string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entry != nil && m.entry.Redeemed == redeemed {
		m.entry = nil
	}
	return nil
}

// forget drops the refusal for a fingerprint.
func (m *memory) forget(fingerprint string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.refusals, fingerprint)
}
