package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"sync"
	"time"
)

// inMemory is a Memory that is lost when the process exits. It is safe for
// concurrent use.
type inMemory struct {
	key func() []byte // random; made when it is needed, which in most processes is never

	mu         sync.Mutex // guards everything below
	refusals   map[string]Refusal
	claimed    map[string]bool
	attempts   map[string]AttemptRecord
	activities []Activity
	entry      *EscrowEntry
}

// NewInMemory returns a Memory that is lost when the process exits.
func NewInMemory() Memory { return newInMemory() }

func newInMemory() *inMemory {
	return &inMemory{
		key: sync.OnceValue(func() []byte {
			key := make([]byte, sha256.Size)
			_, _ = rand.Read(key) // never fails
			return key
		}),
		refusals: make(map[string]Refusal), claimed: make(map[string]bool), attempts: make(map[string]AttemptRecord),
	}
}

// Token implements Memory.
func (m *inMemory) Token(s *Snapshot) string { return m.fingerprint([]byte(s.RefreshToken().Reveal())) }

// Whole implements Memory.
func (m *inMemory) Whole(s *Snapshot) string { return m.fingerprint(s.Canonical()) }

func (m *inMemory) fingerprint(text []byte) string {
	mac := hmac.New(sha256.New, m.key())
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil))
}

// AddActivities implements Memory.
func (m *inMemory) AddActivities(list []Activity) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range list {
		m.activities = AppendActivity(m.activities, a)
	}
	return nil
}

// Activities implements Memory.
func (m *inMemory) Activities() ([]Activity, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.activities), nil
}

// Lookup implements Memory.
func (m *inMemory) Lookup(fingerprint string) (Refusal, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.refusals[fingerprint]
	return r, ok
}

// Record implements Memory.
func (m *inMemory) Record(r Refusal) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refusals[r.Fingerprint] = r
	return nil
}

// ClaimNotice implements Memory.
func (m *inMemory) ClaimNotice(id string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	first := !m.claimed[id]
	m.claimed[id] = true
	return first, nil
}

// LastAttempt implements Memory.
func (m *inMemory) LastAttempt(fingerprint string) (AttemptRecord, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, ok := m.attempts[fingerprint]
	return a, ok
}

// RecordAttempt implements Memory.
func (m *inMemory) RecordAttempt(a AttemptRecord) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.attempts[a.Fingerprint] = a
	return nil
}

// Reserve implements Memory.
func (m *inMemory) Reserve(redeemed string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.entry; e != nil && e.Answer != nil && e.Redeemed != redeemed {
		return errors.New("an answer for other credentials is still held")
	}
	sent := m.entry != nil && m.entry.Redeemed == redeemed && m.entry.Sent
	m.entry = &EscrowEntry{Redeemed: redeemed, At: at, Sent: sent}
	return nil
}

// Sent implements Memory.
func (m *inMemory) Sent(redeemed string) error {
	return m.change(redeemed, func(e *EscrowEntry) { e.Sent = true })
}

// Keep implements Memory.
func (m *inMemory) Keep(redeemed string, answer TokenResponse) error {
	return m.change(redeemed, func(e *EscrowEntry) { e.Answer = &answer })
}

func (m *inMemory) change(redeemed string, f func(*EscrowEntry)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entry != nil && m.entry.Redeemed == redeemed {
		f(m.entry)
	}
	return nil
}

// Held implements Memory.
func (m *inMemory) Held() (EscrowEntry, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entry == nil {
		return EscrowEntry{}, false, nil
	}
	return *m.entry, true, nil
}

// Clear implements Memory.
func (m *inMemory) Clear(redeemed string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entry != nil && m.entry.Redeemed == redeemed {
		m.entry = nil
	}
	return nil
}

// forget drops the refusal for a fingerprint.
func (m *inMemory) forget(fingerprint string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.refusals, fingerprint)
}
