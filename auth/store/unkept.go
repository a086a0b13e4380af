package store

import (
	"crypto/rand"
	"os"

	"rekey/auth"
)

// UnkeptState returns a State without a directory, for when none can be had:
// fingerprints hold for this process, refusals and claims are remembered by it
// alone, and an escrow fails, so that nothing is asked for that could not be
// kept.
func UnkeptState() *State {
	s := &State{dir: os.DevNull, refusals: make(map[string]auth.Refusal), claimed: make(map[string]bool)}
	_, _ = rand.Read(s.key[:]) // never fails
	return s
}
