package box

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Tokens are the result of a sign-in or a refresh.
type Tokens struct {
	IDToken      string
	AccessToken  string
	RefreshToken string
}

// DefaultAccessLife is the default lifetime of access tokens.
const DefaultAccessLife = time.Hour

// AuthOption changes what AuthJSON writes.
type AuthOption func(*authSpec)

// authSpec collects the options; tokens are made from it last, so that the
// order of options does not matter.
type authSpec struct {
	account       Account
	mode          string
	apiKey        *string
	tokens        Tokens
	issued        time.Time
	expires       time.Time
	noTokens      bool
	noAccountID   bool
	noLastRefresh bool
}

// WithAccount says whose sign-in it is.
func WithAccount(a Account) AuthOption { return func(s *authSpec) { s.account = a } }

// WithMode sets auth_mode; "" leaves the member out.
func WithMode(mode string) AuthOption { return func(s *authSpec) { s.mode = mode } }

// WithAPIKey makes it a sign-in with an API key, without tokens.
func WithAPIKey(key string) AuthOption {
	return func(s *authSpec) { s.mode, s.apiKey, s.noTokens, s.noLastRefresh = "apikey", &key, true, true }
}

// WithTokens uses these tokens; an empty one is made up.
func WithTokens(t Tokens) AuthOption { return func(s *authSpec) { s.tokens = t } }

// WithAccessToken uses this access token, for example an opaque one.
func WithAccessToken(token string) AuthOption {
	return func(s *authSpec) { s.tokens.AccessToken = token }
}

// WithRefreshToken uses this refresh token.
func WithRefreshToken(token string) AuthOption {
	return func(s *authSpec) { s.tokens.RefreshToken = token }
}

// WithIssued sets last_refresh and the made-up tokens' iat. The default is now.
func WithIssued(t time.Time) AuthOption { return func(s *authSpec) { s.issued = t } }

// WithExpiry sets the made-up tokens' exp. The default is DefaultAccessLife
// after they were issued.
func WithExpiry(t time.Time) AuthOption { return func(s *authSpec) { s.expires = t } }

// WithoutAccountID writes null as tokens.account_id: Codex never refreshes such
// a sign-in.
func WithoutAccountID() AuthOption { return func(s *authSpec) { s.noAccountID = true } }

// WithoutLastRefresh leaves last_refresh out.
func WithoutLastRefresh() AuthOption { return func(s *authSpec) { s.noLastRefresh = true } }

// AuthJSON returns the content of an auth.json as Codex writes it: pretty JSON
// with two spaces, Codex's order of fields, no final newline. Without options
// it is Ada's sign-in with ChatGPT, issued now.
func AuthJSON(opts ...AuthOption) []byte {
	spec := authSpec{mode: "chatgpt"}
	for _, opt := range opts {
		opt(&spec)
	}
	return spec.encode()
}

// authFile is auth.json with its members in Codex's order.
type authFile struct {
	AuthMode    string      `json:"auth_mode,omitempty"`
	APIKey      *string     `json:"OPENAI_API_KEY"`
	Tokens      *authTokens `json:"tokens,omitempty"`
	LastRefresh string      `json:"last_refresh,omitempty"`
}

type authTokens struct {
	IDToken      string  `json:"id_token"`
	AccessToken  string  `json:"access_token"`
	RefreshToken string  `json:"refresh_token"`
	AccountID    *string `json:"account_id"`
}

func (s authSpec) encode() []byte {
	account := s.account.orAda()
	if s.issued.IsZero() {
		s.issued = time.Now()
	}
	file := authFile{AuthMode: s.mode, APIKey: s.apiKey}
	if !s.noTokens {
		t := s.madeUp(account)
		file.Tokens = &authTokens{t.IDToken, t.AccessToken, t.RefreshToken, &account.AccountID}
		if s.noAccountID {
			file.Tokens.AccountID = nil
		}
	}
	if !s.noLastRefresh {
		file.LastRefresh = s.issued.UTC().Format("2006-01-02T15:04:05.000000000Z")
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(file); err != nil {
		panic(fmt.Sprintf("box: auth.json: %v", err)) // strings only: cannot happen
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}

// madeUp fills in the tokens that were not given.
func (s authSpec) madeUp(account Account) Tokens {
	if s.expires.IsZero() {
		s.expires = s.issued.Add(DefaultAccessLife)
	}
	t := s.tokens
	if t.IDToken == "" {
		t.IDToken = JWT(account.claims("fixture-id", s.issued, s.expires))
	}
	if t.AccessToken == "" {
		t.AccessToken = JWT(account.claims("fixture-access", s.issued, s.expires))
	}
	if t.RefreshToken == "" {
		t.RefreshToken = "fixture-refresh-token"
	}
	return t
}
