package box

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"sync"
)

// authCode is what an authorization code stands for.
type authCode struct {
	account     Account
	clientID    string
	redirectURI string
	challenge   string
}

// codes are the authorization codes that wait for their exchange.
type codes struct {
	mu      sync.Mutex // guards waiting
	waiting map[string]authCode
}

// add returns a new code.
func (k *codes) add(a authCode) string {
	code := "box-code-" + rand.Text()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.waiting[code] = a
	return code
}

// take consumes a code. ok is false if it is unknown or used.
func (k *codes) take(code string) (a authCode, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	a, ok = k.waiting[code]
	delete(k.waiting, code)
	return a, ok
}

// exchangeCode gives tokens for an authorization code (RFC 6749, section
// 4.1.3; RFC 7636, section 4.6). A code is used up by a failed exchange too.
func (s *Server) exchangeCode(c *call, form url.Values) {
	a, ok := s.codes.take(form.Get("code"))
	if !ok || a.clientID != form.Get("client_id") || a.redirectURI != form.Get("redirect_uri") ||
		!verifies(a.challenge, form.Get("code_verifier")) {
		c.fail("invalid_grant")
		return
	}
	c.grant(s.granted(s.ledger.issue(a.account, a.clientID)))
}

// challengeOf is the S256 code challenge of a verifier.
func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// isChallenge reports whether text is a SHA-256 sum as unpadded base64url (RFC
// 7636, section 4.2).
func isChallenge(text string) bool {
	sum, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && len(sum) == sha256.Size
}

// verifies checks a code verifier (RFC 7636, section 4.1: 43 to 128 characters).
func verifies(challenge, verifier string) bool {
	return len(verifier) >= 43 && len(verifier) <= 128 && challengeOf(verifier) == challenge
}
