package auth

import (
	"encoding/json"
	"strings"
	"time"
)

// Kind is the kind of a credential in Codex's own words, as getAuthStatus
// reports it in authMethod.
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

// Snapshot is the parsed, immutable content of the credential store. Two
// snapshots are equal when their parsed contents are equal; formatting, order
// and unknown fields do not count.
type Snapshot struct {
	mode          *Kind // auth_mode as written, nil when absent or null
	apiKey        *Secret
	tokens        *tokens
	lastRefresh   *time.Time
	agentIdentity json.RawMessage // nil when absent
	personalToken *Secret
	bedrock       *bedrockKey
	accessKeys    json.RawMessage // bedrock_access_keys, nil when absent
	unknown       object
}

// tokens is the member of that name.
type tokens struct {
	id         Secret
	access     datedToken
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

// Kind returns the kind of the credentials: the written auth_mode, or else what
// is there, in Codex's order of precedence.
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
	case s.accessKeys != nil:
		return KindBedrockAccess
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
	return s.tokens.access.Secret
}

// RefreshToken returns the refresh token, empty when there is none.
func (s *Snapshot) RefreshToken() Secret {
	if s == nil || s.tokens == nil {
		return Secret{}
	}
	return s.tokens.refresh
}

// AccountID returns tokens.account_id; ok is false when it is missing or
// null. As in Codex, the ID token's claim of that name does not count.
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

// mentions reports whether text may be part of one of the tokens, ignoring
// case.
func (s *Snapshot) mentions(text string) bool {
	const shortest = 8 // anything shorter reveals nothing
	text = strings.ToLower(text)
	return len(text) >= shortest && (strings.Contains(strings.ToLower(s.RefreshToken().Reveal()), text) ||
		strings.Contains(strings.ToLower(s.AccessToken().Reveal()), text))
}

// HasTokens reports whether there are ChatGPT tokens, empty ones included.
func (s *Snapshot) HasTokens() bool { return s != nil && s.tokens != nil }

// Provenance returns who issued the refresh token, nil when not stored.
func (s *Snapshot) Provenance() *Provenance {
	if s == nil || s.tokens == nil || s.tokens.provenance == nil {
		return nil
	}
	p := s.tokens.provenance.Provenance
	return &p
}

// LastRefresh returns when the tokens were issued, UTC; ok is false when the
// store does not say.
func (s *Snapshot) LastRefresh() (t time.Time, ok bool) {
	if s == nil || s.lastRefresh == nil {
		return time.Time{}, false
	}
	return *s.lastRefresh, true
}

// OtherAccount reports whether s and t are known to belong to different
// accounts, or to different users of one account.
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

// Managed reports whether the credentials are ChatGPT tokens that are refreshed
// from this store. Those of a loan are not: see Loan.
func (s *Snapshot) Managed() bool {
	_, lent := s.Loan()
	return s.Kind() == KindChatGPT && !lent
}

// Usable reports whether Codex would use the credentials: they have the parts
// that their kind needs.
func (s *Snapshot) Usable() bool {
	switch s.Kind() {
	case KindAPIKey:
		return !s.APIKey().Empty()
	case KindChatGPT, KindExternalTokens:
		return !s.AccessToken().Empty() && s.lastRefresh != nil
	case KindPersonalToken:
		return s.personalToken != nil && !s.personalToken.Empty()
	case KindAgentIdentity:
		return s.agentClaimsReadable()
	}
	return false
}

// agentClaimsReadable reports whether the agent identity is a JSON Web Token
// with a payload. Rekey does not verify tokens that it cannot refresh.
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
	return err == nil && !isNull(claims.get("agent_runtime_id"))
}
