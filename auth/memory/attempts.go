package memory

import (
	"path/filepath"
	"slices"

	"rekey/auth"
)

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
	entries, err := readState[auth.AttemptRecord](s, attemptsFile)
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
