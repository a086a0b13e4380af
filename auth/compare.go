package auth

import (
	"bytes"
	"encoding/json"
	"time"
)

// Equal reports whether the known fields are equal, which is what Codex
// compares.
func (s *Snapshot) Equal(t *Snapshot) bool {
	if s == nil || t == nil {
		return s == t
	}
	return same(s.mode, t.mode) &&
		same(s.apiKey, t.apiKey) &&
		s.tokens.equal(t.tokens) &&
		sameTime(s.lastRefresh, t.lastRefresh) &&
		sameJSON(s.agentIdentity, t.agentIdentity) &&
		same(s.personalToken, t.personalToken) &&
		s.bedrock.equal(t.bedrock) &&
		sameJSON(s.accessKeys, t.accessKeys)
}

func (t *tokens) equal(u *tokens) bool {
	if t == nil || u == nil {
		return t == u
	}
	return t.id == u.id && t.access == u.access && t.refresh == u.refresh &&
		same(t.accountID, u.accountID) && same(t.ownerID, u.ownerID) &&
		t.provenance.equal(u.provenance)
}

func (p *provenance) equal(q *provenance) bool {
	if p == nil || q == nil {
		return p == q
	}
	return p.Provenance == q.Provenance
}

func (b *bedrockKey) equal(c *bedrockKey) bool {
	if b == nil || c == nil {
		return b == c
	}
	return b.apiKey == c.apiKey && b.region == c.region
}

func same[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

func sameTime(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

// sameJSON compares two JSON values, ignoring formatting.
func sameJSON(a, b json.RawMessage) bool {
	var x, y bytes.Buffer
	if len(a) == 0 || len(b) == 0 || json.Compact(&x, a) != nil || json.Compact(&y, b) != nil {
		return len(a) == len(b)
	}
	return bytes.Equal(x.Bytes(), y.Bytes())
}

// sameAccount reports whether both are ChatGPT sign-ins of one account, comparing
// tokens.account_id byte by byte. A missing one matches nothing. Tokens beside
// credentials of another kind are not in use, and do not count.
func (s *Snapshot) sameAccount(t *Snapshot) bool {
	a, okA := s.accountInUse()
	b, okB := t.accountInUse()
	return okA && okB && a == b
}

// accountInUse is AccountID if the tokens are what the store is used for.
func (s *Snapshot) accountInUse() (id string, ok bool) {
	if k := s.Kind(); k != KindChatGPT && k != KindExternalTokens {
		return "", false
	}
	return s.AccountID()
}

// nameless reports whether s is no sign-in, or one with ChatGPT that names no account.
func (s *Snapshot) nameless() bool {
	_, named := s.accountInUse()
	k := s.Kind()
	return !named && (k == KindNone || k == KindChatGPT || k == KindExternalTokens)
}

// SameSignIn reports whether both come from one sign-in: they are equal, or one
// is a refresh of the other. A loan that its owner has refreshed is still the
// same.
func (s *Snapshot) SameSignIn(t *Snapshot) bool {
	if s.Equal(t) {
		return true
	}
	if s.Kind() != KindChatGPT || t.Kind() != KindChatGPT || !s.HasTokens() || !t.HasTokens() {
		return false
	}
	ours, lent := s.Loan()
	theirs, alsoLent := t.Loan()
	return s.sameAccount(t) && same(s.tokens.ownerID, t.tokens.ownerID) && lent == alsoLent && ours == theirs
}

// redeemedBy reports whether the answer to a request made with s may be
// committed over current, the store's current content: it must still be the
// same sign-in with the same tokens. Formatting, unknown fields, id_token,
// last_refresh, the API key, the written mode, the provenance and a removed
// owner may have changed, as for Codex.
func (s *Snapshot) redeemedBy(current *Snapshot) bool {
	if !current.Managed() || !s.HasTokens() || !current.HasTokens() {
		return false
	}
	was, is := s.tokens, current.tokens
	return was.access == is.access && was.refresh == is.refresh && s.sameAccount(current) &&
		(is.ownerID == nil || same(was.ownerID, is.ownerID))
}
