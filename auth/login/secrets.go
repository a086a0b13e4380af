package login

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// random returns n random bytes in unpadded base64url. crypto/rand never fails.
func random(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// The lengths are Codex's: a verifier of 86 characters, a state and an owner
// of 43.
func newVerifier() string { return random(64) }
func newState() string    { return random(32) }
func newOwnerID() string  { return random(32) }

// challengeOf is the S256 code challenge (RFC 7636, section 4.2).
func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
