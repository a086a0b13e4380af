package auth

import (
	"strings"
	"time"
)

// WithTokens returns s with the fields of a successful refresh: given ones
// replace the old, missing ones stay, last_refresh becomes now. An ID token
// that cannot be read is an error.
func (s *Snapshot) WithTokens(r TokenResponse, now time.Time) (*Snapshot, error) {
	next := *s
	t := tokens{}
	if s.tokens != nil {
		t = *s.tokens
	}
	if r.IDToken != nil {
		claims, err := parseClaims(r.IDToken.Reveal())
		if err != nil {
			return nil, inField("id_token", err)
		}
		t.id, t.claims = *r.IDToken, claims
	}
	if r.AccessToken != nil {
		t.access = newDated(*r.AccessToken)
	}
	if r.RefreshToken != nil {
		t.refresh = *r.RefreshToken
	}
	if r.DropProvenance {
		t.provenance = nil
	}
	utc := now.UTC().Round(0)
	next.tokens, next.lastRefresh = &t, &utc
	return &next, nil
}

// NewAPIKey returns what Codex writes for an API key: the key and nothing else.
func NewAPIKey(key Secret) *Snapshot {
	mode := KindAPIKey
	return &Snapshot{mode: &mode, apiKey: &key}
}

// SignIn is the result of a ChatGPT sign-in.
type SignIn struct {
	IDToken, AccessToken, RefreshToken Secret
	// Provenance is the issuer and client of the sign-in, nil for none.
	Provenance *Provenance
	// OwnerID is a random name of this sign-in, "" for none.
	OwnerID string
}

// NewChatGPT returns what Codex 0.169 writes after a ChatGPT sign-in. The
// account is the one the ID token claims.
func NewChatGPT(r SignIn, now time.Time) (*Snapshot, error) {
	mode := KindChatGPT
	base := &Snapshot{mode: &mode, tokens: &tokens{}}
	s, err := base.WithTokens(TokenResponse{
		IDToken: &r.IDToken, AccessToken: &r.AccessToken, RefreshToken: &r.RefreshToken,
	}, now)
	if err != nil {
		return nil, err
	}
	if r.Provenance != nil {
		s.tokens.provenance = &provenance{Provenance: *r.Provenance}
	}
	if r.OwnerID != "" {
		s.tokens.ownerID = &r.OwnerID
	}
	if id := s.tokens.claims.AccountID; id != "" {
		s.tokens.accountID = &id
	}
	return s, nil
}

// newExternal returns a snapshot of tokens that a host program has just provided.
func newExternal(t ExternalTokens, now time.Time) (*Snapshot, error) {
	claims, err := parseClaims(t.AccessToken.Reveal())
	if err != nil {
		return nil, inField("access_token", err)
	}
	if t.PlanType != "" {
		claims.Plan = strings.ToLower(t.PlanType) // unlike a claim, for Codex
	}
	mode, utc := KindExternalTokens, now.UTC().Round(0)
	return &Snapshot{mode: &mode, lastRefresh: &utc, tokens: &tokens{
		id: t.AccessToken, access: newDated(t.AccessToken), accountID: &t.AccountID, claims: claims,
	}}, nil
}

// NewAccessToken returns the credentials in the environment variable
// CODEX_ACCESS_TOKEN: "at-…" is a personal access token, anything else an agent
// identity.
func NewAccessToken(value Secret) *Snapshot {
	if v := value.Reveal(); len(v) >= 3 && v[:3] == "at-" {
		mode := KindPersonalToken
		return &Snapshot{mode: &mode, personalToken: &value}
	}
	mode := KindAgentIdentity
	return &Snapshot{mode: &mode, agentIdentity: quoted(value.Reveal())}
}

// WithAPIKey returns s with an API key beside the tokens.
func (s *Snapshot) WithAPIKey(key Secret) *Snapshot {
	next := *s
	next.apiKey = &key
	return &next
}
