package auth

import (
	"encoding/json"
	"strings"
	"time"
)

// Kind is a credential's kind in Codex's own words, as getAuthStatus reports
// them in authMethod. KindNone is "".
type Kind string

// The kinds a store can hold.
const (
	KindNone           Kind = ""
	KindAPIKey         Kind = "apikey"
	KindChatGPT        Kind = "chatgpt"
	KindExternalTokens Kind = "chatgptAuthTokens"
	KindPersonalToken  Kind = "personalAccessToken"
	KindAgentIdentity  Kind = "agentIdentity"
	KindBedrockKey     Kind = "bedrockApiKey"
	KindBedrockAccess  Kind = "bedrockAccessKeys"
	KindHeaders        Kind = "headers"
)

// Snapshot is one parsed, immutable content of the credential store. Two
// snapshots are equal when their parsed contents are equal; formatting, order
// and unknown fields do not count.
type Snapshot struct {
	mode          *Kind // auth_mode as written, nil when absent or null
	apiKey        *Secret
	tokens        *tokens
	lastRefresh   *time.Time
	agentIdentity json.RawMessage // a string or an object, nil when absent
	personalToken *Secret
	bedrock       *bedrockKey
	unknown       object
}

// tokens is the member of that name.
type tokens struct {
	id         Secret
	access     Secret
	refresh    Secret
	accountID  *string
	provenance *provenance
	ownerID    *string
	claims     Claims // parsed from id
	unknown    object
}

// provenance is tokens.oauth_provenance.
type provenance struct {
	Provenance
	unknown object
}

// bedrockKey is the member bedrock_api_key.
type bedrockKey struct {
	apiKey  Secret
	region  string
	unknown object
}

// Kind tells what the credentials are: the mode that is written, else what is
// there, in Codex's order of precedence.
func (s *Snapshot) Kind() Kind {
	switch {
	case s == nil:
		return KindNone
	case s.mode != nil:
		return *s.mode
	case s.personalToken != nil:
		return KindPersonalToken
	case s.bedrock != nil:
		return KindBedrockKey
	case s.apiKey != nil:
		return KindAPIKey
	}
	return KindChatGPT
}

// APIKey returns the API key, empty when there is none.
func (s *Snapshot) APIKey() Secret {
	if s == nil || s.apiKey == nil {
		return Secret{}
	}
	return *s.apiKey
}

// HasAPIKey reports whether there is an API key, an empty one included.
func (s *Snapshot) HasAPIKey() bool { return s != nil && s.apiKey != nil }

// AccessToken returns the access token, empty when there is none.
func (s *Snapshot) AccessToken() Secret {
	if s == nil || s.tokens == nil {
		return Secret{}
	}
	return s.tokens.access
}

// RefreshToken returns the refresh token, empty when there is none.
func (s *Snapshot) RefreshToken() Secret {
	if s == nil || s.tokens == nil {
		return Secret{}
	}
	return s.tokens.refresh
}

// AccountID returns tokens.account_id; ok is false when it is missing or
// null. The ID token's claim of that name does not count, as for Codex.
func (s *Snapshot) AccountID() (id string, ok bool) {
	if s == nil || s.tokens == nil || s.tokens.accountID == nil {
		return "", false
	}
	return *s.tokens.accountID, true
}

// Claims returns the ID token's claims.
func (s *Snapshot) Claims() Claims {
	if s == nil || s.tokens == nil {
		return Claims{}
	}
	return s.tokens.claims
}

// mentions reports whether text may be a part of one of the tokens. Letters of
// either case are the same.
func (s *Snapshot) mentions(text string) bool {
	const shortest = 8 // what is shorter gives nothing away
	text = strings.ToLower(text)
	return len(text) >= shortest && (strings.Contains(strings.ToLower(s.RefreshToken().Reveal()), text) ||
		strings.Contains(strings.ToLower(s.AccessToken().Reveal()), text))
}

// HasTokens reports whether there are ChatGPT tokens, empty ones included.
func (s *Snapshot) HasTokens() bool { return s != nil && s.tokens != nil }

// Provenance returns where the refresh token came from, nil when not stored.
func (s *Snapshot) Provenance() *Provenance {
	if s == nil || s.tokens == nil || s.tokens.provenance == nil {
		return nil
	}
	p := s.tokens.provenance.Provenance
	return &p
}

// LastRefresh returns when the tokens were issued, UTC; ok is false when the
// store does not tell.
func (s *Snapshot) LastRefresh() (t time.Time, ok bool) {
	if s == nil || s.lastRefresh == nil {
		return time.Time{}, false
	}
	return *s.lastRefresh, true
}

// expiredBy reports whether the access token is known to have expired at a time.
func (s *Snapshot) expiredBy(at time.Time) bool {
	end, ok := s.AccessExpiry()
	return ok && !end.After(at)
}

// farFuture is from when on an expiry is not believed: no access token lives for
// decades, but one in milliseconds seems to.
var farFuture = time.Date(2100, time.January, 1, 0, 0, 0, 0, time.UTC)

// AccessExpiry returns when the access token that is in use expires, UTC; ok is
// false when there is none or its expiry cannot be read (see accessTimes), or
// not believed.
func (s *Snapshot) AccessExpiry() (t time.Time, ok bool) {
	if k := s.Kind(); k != KindChatGPT && k != KindExternalTokens {
		return time.Time{}, false
	}
	t, ok = s.codexExpiry()
	if !ok || !t.Before(farFuture) {
		return time.Time{}, false
	}
	return t, true
}

// codexExpiry is the access token's expiry as Codex reads it.
func (s *Snapshot) codexExpiry() (t time.Time, ok bool) {
	if !s.HasTokens() {
		return time.Time{}, false
	}
	_, t, ok = accessTimes(s.tokens.access.Reveal())
	return t, ok
}

// AccessIssued returns when the access token was issued, UTC: its iat, else
// the store's last_refresh, else the zero time.
func (s *Snapshot) AccessIssued() time.Time {
	if s.HasTokens() {
		if iat, _, ok := accessTimes(s.tokens.access.Reveal()); ok && !iat.IsZero() {
			return iat
		}
	}
	t, _ := s.LastRefresh()
	return t
}

// OtherAccount reports whether s belongs to another account than t, or to
// another user of the same one, as far as both say whose they are.
func (s *Snapshot) OtherAccount(t *Snapshot) bool {
	if !s.HasTokens() || !t.HasTokens() {
		return false
	}
	differ := func(a, b string) bool { return a != "" && b != "" && a != b }
	ours, _ := s.AccountID()
	theirs, _ := t.AccountID()
	return differ(ours, theirs) || differ(s.Claims().UserID, t.Claims().UserID) ||
		differ(s.Claims().Email, t.Claims().Email)
}

// Managed reports whether the credentials are ChatGPT tokens that the holders
// of the store refresh themselves. A loan's are not: see Loan.
func (s *Snapshot) Managed() bool {
	_, lent := s.Loan()
	return s.Kind() == KindChatGPT && !lent
}

// Usable reports whether Codex would use the credentials at all: parsed and
// with the parts that its kind needs.
func (s *Snapshot) Usable() bool {
	switch s.Kind() {
	case KindAPIKey:
		return !s.APIKey().Empty()
	case KindChatGPT:
		return !s.AccessToken().Empty() && s.lastRefresh != nil
	case KindExternalTokens:
		return !s.AccessToken().Empty()
	case KindPersonalToken:
		return s.personalToken != nil && !s.personalToken.Empty()
	case KindAgentIdentity:
		return s.agentClaimsReadable()
	}
	return false
}

// agentClaimsReadable reports whether the agent identity is a JSON Web Token
// with a payload. Rekey does not verify what it cannot refresh.
func (s *Snapshot) agentClaimsReadable() bool {
	token, err := parseString(s.agentIdentity)
	if err != nil {
		return false
	}
	payload, err := jwtPayload(token)
	if err != nil {
		return false
	}
	claims, err := claimObject(payload, "agent_runtime_id")
	return err == nil && !isNull(claims["agent_runtime_id"])
}
