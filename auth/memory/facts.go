package memory

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"rekey/auth"
)

// maxRefusals is how many refusals are remembered. A refused sign-in takes two,
// so this is 2,048 sign-ins: a backup from years ago may be restored.
const maxRefusals = 4096

const refusalsFile = "refusals.json"

// RefusalsPath is the file that changes when a process that shares the state
// directory records a refusal.
func RefusalsPath(stateDir string) string { return filepath.Join(stateDir, refusalsFile) }

// storedRefusal is an entry of refusals.json.
type storedRefusal struct {
	Fingerprint string      `json:"fingerprint"`
	Reason      auth.Reason `json:"reason"`
	At          time.Time   `json:"at"`
}

// Lookup implements auth.Memory. It reads the file each time, because another
// process may have been refused.
func (s *Memory) Lookup(fingerprint string) (auth.Refusal, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.refusals[fingerprint]; ok {
		return r, true
	}
	entries, err := readAbout[storedRefusal](s, refusalsFile, fingerprint)
	if err != nil {
		return auth.Refusal{}, false // at worst the server refuses again
	}
	for _, e := range slices.Backward(entries) {
		if e.Fingerprint == fingerprint && e.Reason.NamesToken() {
			return auth.Refusal{Fingerprint: e.Fingerprint, Reason: e.Reason, At: e.At.UTC()}, true
		}
	}
	return auth.Refusal{}, false
}

// Record implements auth.Memory. A reason that does not name the token is an
// error, because it may not hold after a restart. A refusal that cannot be
// written is still remembered in this process.
func (s *Memory) Record(r auth.Refusal) error {
	if !r.Reason.NamesToken() {
		return fmt.Errorf("the reason %q is not remembered beyond a process", r.Reason)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	err := changeState(s, refusalsFile, maxRefusals, func(entries []storedRefusal) ([]storedRefusal, bool) {
		entries = slices.DeleteFunc(entries, func(e storedRefusal) bool { return e.Fingerprint == r.Fingerprint })
		return append(entries, storedRefusal{r.Fingerprint, r.Reason, r.At.UTC()}), true
	})
	if err != nil {
		s.refusals[r.Fingerprint] = r
	}
	return err
}

// maxNotices is how many shown notifications are remembered.
const maxNotices = 64

const noticesFile = "notices.json"

// ClaimNotice implements auth.Memory. A claim that cannot be written holds in
// this process only: then it returns true with an error, and another process
// may show the notice again.
func (s *Memory) ClaimNotice(id string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.claimed[id] {
		return false, nil
	}
	s.claimed[id] = true
	first := true
	err := changeState(s, noticesFile, maxNotices, func(ids []string) ([]string, bool) {
		first = !slices.Contains(ids, id)
		return append(ids, id), first
	})
	return first, err
}

const activitiesFile = "activity.json"

// AddActivities appends activities in order.
func (s *Memory) AddActivities(list []auth.Activity) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return changeState(s, activitiesFile, auth.MaxActivities, func(kept []auth.Activity) ([]auth.Activity, bool) {
		for _, a := range list {
			kept = auth.AppendActivity(kept, a)
		}
		return kept, true
	})
}

// Activities returns the recent activities, oldest first, and none if the file
// is missing or damaged.
func (s *Memory) Activities() ([]auth.Activity, error) {
	return readState[auth.Activity](s, activitiesFile)
}

// maxAttempts is how many refresh tokens' last attempts are remembered: enough
// for several files that alternate in the store.
const maxAttempts = 32

const attemptsFile = "attempts.json"

// AttemptsPath is the file that changes when a process that shares the state
// directory records an attempt.
func AttemptsPath(stateDir string) string { return filepath.Join(stateDir, attemptsFile) }

// LastAttempt implements auth.Memory. It reads the file each time, because
// another process may have made an attempt.
func (s *Memory) LastAttempt(fingerprint string) (auth.AttemptRecord, bool) {
	entries, err := readAbout[auth.AttemptRecord](s, attemptsFile, fingerprint)
	if err != nil {
		return auth.AttemptRecord{}, false // at worst the server is asked once more
	}
	for _, a := range slices.Backward(entries) {
		if a.Fingerprint == fingerprint {
			return a, true
		}
	}
	return auth.AttemptRecord{}, false
}

// RecordAttempt implements auth.Memory.
func (s *Memory) RecordAttempt(a auth.AttemptRecord) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return changeState(s, attemptsFile, maxAttempts, func(entries []auth.AttemptRecord) ([]auth.AttemptRecord, bool) {
		entries = slices.DeleteFunc(entries, func(e auth.AttemptRecord) bool { return e.Fingerprint == a.Fingerprint })
		return append(entries, a), true
	})
}
