package memory

import (
	"slices"

	"rekey/auth"
)

// maxAttempts is how many refresh tokens' last attempts are remembered: enough
// for files that take turns in the store.
const maxAttempts = 32

const attemptsFile = "attempts.json"

// LastAttempt implements auth.Attempts. It reads the file each time, for another
// process may have asked.
func (s *Memory) LastAttempt(fingerprint string) (auth.Attempt, bool) {
	entries, err := readState[auth.Attempt](s, attemptsFile)
	if err != nil {
		return auth.Attempt{}, false // asked once more, nothing worse
	}
	for _, a := range slices.Backward(entries) {
		if a.Fingerprint == fingerprint {
			return a, true
		}
	}
	return auth.Attempt{}, false
}

// RecordAttempt implements auth.Attempts.
func (s *Memory) RecordAttempt(a auth.Attempt) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return changeState(s, attemptsFile, maxAttempts, func(entries []auth.Attempt) ([]auth.Attempt, bool) {
		entries = slices.DeleteFunc(entries, func(e auth.Attempt) bool { return e.Fingerprint == a.Fingerprint })
		return append(entries, a), true
	})
}
