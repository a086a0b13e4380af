package memory

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"rekey/auth"
)

// maxRefusals is how many refusals are remembered. A refused sign-in takes
// two, so that this is 2,048 sign-ins: a backup of years ago may be restored.
const maxRefusals = 4096

const refusalsFile = "refusals.json"

// RefusalsPath is the file that changes when a process that shares the state
// directory is refused.
func RefusalsPath(stateDir string) string { return filepath.Join(stateDir, refusalsFile) }

// storedRefusal is an entry of refusals.json.
type storedRefusal struct {
	Fingerprint string      `json:"fingerprint"`
	Reason      auth.Reason `json:"reason"`
	At          time.Time   `json:"at"`
}

// Lookup implements auth.Memory. It reads the file each time, for another
// process may have been refused.
func (s *Memory) Lookup(fingerprint string) (auth.Refusal, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.refusals[fingerprint]; ok {
		return r, true
	}
	entries, err := readState[storedRefusal](s, refusalsFile)
	if err != nil {
		return auth.Refusal{}, false // the server refuses again, nothing worse
	}
	for _, e := range slices.Backward(entries) {
		if e.Fingerprint == fingerprint && e.Reason.NamesToken() {
			return auth.Refusal{Fingerprint: e.Fingerprint, Reason: e.Reason, At: e.At.UTC()}, true
		}
	}
	return auth.Refusal{}, false
}

// Record implements auth.Memory. A reason that does not name the token is
// not taken, for it may not be true after a restart. A refusal that cannot be
// written is remembered by this Memory all the same.
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

// ClaimNotice implements auth.Memory. When the claim cannot be written, it
// holds in this process only: then true comes with an error, and the notice
// may be shown once more by another process.
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

// AddActivities appends what has happened, in its order.
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

// Activities returns what happened lately, the oldest first. A file that is
// absent or damaged has none.
func (s *Memory) Activities() ([]auth.Activity, error) {
	return readState[auth.Activity](s, activitiesFile)
}
