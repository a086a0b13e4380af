package auth

import (
	"strings"
	"testing"
	"time"
)

func TestKindAndUsable(t *testing.T) {
	agent := rawJWT(`{"agent_runtime_id":"runtime-1"}`)
	for _, tt := range []struct {
		name    string
		content string
		kind    Kind
		usable  bool
		managed bool
	}{
		{"nothing inside", `{}`, KindChatGPT, false, true},
		{"tokens", string(chatGPT()), KindChatGPT, true, true},
		{"tokens, no mode", string(chatGPT(unset("auth_mode"))), KindChatGPT, true, true},
		{"tokens, null mode", string(chatGPT(set("auth_mode", nil))), KindChatGPT, true, true},
		{"empty access token", string(chatGPT(set("tokens.access_token", ""))), KindChatGPT, false, true},
		{"no last_refresh", string(chatGPT(unset("last_refresh"))), KindChatGPT, false, true},
		{"key and tokens, no mode", string(chatGPT(unset("auth_mode"), set("OPENAI_API_KEY", "sk-1"))), KindAPIKey, true, false},
		{"key and tokens, mode chatgpt", string(chatGPT(set("OPENAI_API_KEY", "sk-1"))), KindChatGPT, true, true},
		{"API key", string(apiKeyFile("sk-1")), KindAPIKey, true, false},
		{"empty API key", string(apiKeyFile("")), KindAPIKey, false, false},
		{"mode apikey, no key", `{"auth_mode":"apikey"}`, KindAPIKey, false, false},
		{"host's tokens", string(chatGPT(set("auth_mode", "chatgptAuthTokens"))), KindExternalTokens, true, false},
		{"host's tokens, none there", `{"auth_mode":"chatgptAuthTokens"}`, KindExternalTokens, false, false},
		{"personal access token", `{"personal_access_token":"at-1"}`, KindPersonalToken, true, false},
		{"empty personal access token", `{"personal_access_token":""}`, KindPersonalToken, false, false},
		{"personal access token before all others", `{"personal_access_token":"at-1","OPENAI_API_KEY":"k","bedrock_api_key":{"api_key":"b","region":"r"}}`, KindPersonalToken, true, false},
		{"mode personalAccessToken, none there", `{"auth_mode":"personalAccessToken"}`, KindPersonalToken, false, false},
		{"Bedrock key before an API key", `{"OPENAI_API_KEY":"k","bedrock_api_key":{"api_key":"b","region":"r"}}`, KindBedrockKey, false, false},
		{"Bedrock access keys", `{"auth_mode":"bedrockAccessKeys"}`, KindBedrockAccess, false, false},
		{"Bedrock access keys before tokens", string(chatGPT(unset("auth_mode"), set("bedrock_access_keys", accessKeys()))), KindBedrockAccess, false, false},
		{"Bedrock access keys before an API key", `{"OPENAI_API_KEY":"k","bedrock_access_keys":{"access_key_id":"a","secret_access_key":"s"}}`, KindBedrockAccess, false, false},
		{"Bedrock key before access keys", `{"bedrock_api_key":{"api_key":"b","region":"r"},"bedrock_access_keys":["a","s"]}`, KindBedrockKey, false, false},
		{"headers", `{"auth_mode":"headers"}`, KindHeaders, false, false},
		{"agent identity", `{"auth_mode":"agentIdentity","agent_identity":"` + agent + `"}`, KindAgentIdentity, true, false},
		{"agent identity without its claim", `{"auth_mode":"agentIdentity","agent_identity":"` + rawJWT(`{}`) + `"}`, KindAgentIdentity, false, false},
		{"agent identity, opaque", `{"auth_mode":"agentIdentity","agent_identity":"opaque"}`, KindAgentIdentity, false, false},
		{"agent identity, an object", `{"auth_mode":"agentIdentity","agent_identity":` + identity("") + `}`, KindAgentIdentity, false, false},
		{"agent identity alone does not count", `{"agent_identity":"a.b.c"}`, KindChatGPT, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := mustParse(t, []byte(tt.content))
			if s.Kind() != tt.kind || s.Usable() != tt.usable || s.Managed() != tt.managed {
				t.Errorf("kind %q usable %t managed %t, want %q %t %t",
					s.Kind(), s.Usable(), s.Managed(), tt.kind, tt.usable, tt.managed)
			}
		})
	}
}

// TestNilSnapshot: a nil Snapshot answers like an empty one.
func TestNilSnapshot(t *testing.T) {
	var none *Snapshot
	_, hasAccount := none.AccountID()
	_, hasRefresh := none.LastRefresh()
	_, hasEnd := none.AccessExpiry()
	switch {
	case none.Kind() != KindNone, none.Managed(), none.Usable(), none.HasTokens(), none.HasAPIKey(),
		!none.APIKey().Empty(), !none.AccessToken().Empty(), !none.RefreshToken().Empty(),
		hasAccount, hasRefresh, hasEnd, none.tooOld(noon), none.undated(), none.Obstacle() != ObstacleNoCredential, none.Provenance() != nil,
		none.Claims() != Claims{}, !none.AccessIssued().IsZero(), none.sameAccount(nil):
		t.Error("a missing snapshot claims to hold something")
	}
	if !none.Equal(nil) || none.Equal(&Snapshot{}) || (&Snapshot{}).Equal(nil) {
		t.Error("a missing snapshot must equal only another")
	}
}

func TestAccessors(t *testing.T) {
	s := mustParse(t, chatGPT(
		set("OPENAI_API_KEY", "sk-1"),
		set("tokens.oauth_provenance", map[string]any{"issuer": "https://issuer.example", "client_id": "client-1"}),
	))
	if got := s.APIKey().Reveal(); got != "sk-1" || !s.HasAPIKey() {
		t.Errorf("API key = %q", got)
	}
	if id, ok := s.AccountID(); id != "acct-ada" || !ok {
		t.Errorf("account = %q %t", id, ok)
	}
	if got := s.Provenance(); got == nil || *got != (Provenance{"https://issuer.example", "client-1"}) {
		t.Errorf("provenance = %+v", got)
	}
	s.Provenance().Issuer = "changed" // a copy: the snapshot is immutable
	if got := s.Provenance().Issuer; got != "https://issuer.example" {
		t.Errorf("issuer became %q through a copy", got)
	}
	if got := s.Claims(); got != (Claims{Email: "ada@example.com", Plan: "pro", UserID: "user-ada", AccountID: "acct-ada"}) {
		t.Errorf("claims = %+v", got)
	}
	if end, ok := s.AccessExpiry(); !ok || !end.Equal(noon.Add(time.Hour)) {
		t.Errorf("end = %v %t", end, ok)
	}
	if got := s.AccessIssued(); !got.Equal(noon) {
		t.Errorf("issued = %v, want iat", got)
	}
	opaque := mustParse(t, chatGPT(set("tokens.access_token", "opaque-token")))
	if got := opaque.AccessIssued(); !got.Equal(noon.Add(-time.Hour)) {
		t.Errorf("issued = %v, want last_refresh", got)
	}
}

// TestParseHugeAndDeep: the parser has no limit on size or depth that Codex
// does not have.
func TestParseHugeAndDeep(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"10 MB":           `"` + strings.Repeat("x", 10<<20) + `"`,
		"200 arrays deep": strings.Repeat("[", 200) + strings.Repeat("]", 200),
	} {
		content := strings.Replace(string(chatGPT()), "{", `{"x":`+value+`,`, 1)
		s := mustParse(t, []byte(content))
		if !s.Equal(mustParse(t, chatGPT())) {
			t.Errorf("%s: an unknown field changes what is known", name)
		}
	}
}

// TestListForObject: as Codex does, take a list for an object whose members it holds
// in order, and an object with one null for a word.
func TestListForObject(t *testing.T) {
	tokens := `["` + idToken("ada@example.com", "acct-ada") + `","` + accessToken("access-1", noon.Add(time.Hour)) + `","refresh-1",null,null,"acct-ada"`
	last := `"` + noon.Add(-time.Hour).Format(time.RFC3339) + `"`
	identity := `["r","k","a","u",null,"pro",false`
	for _, tt := range []struct {
		content string
		want    []byte // nil: Codex refuses it
	}{
		{` ["chatgpt",null,` + tokens + `],` + last + "]\n", chatGPT()},
		{`[{"chatgpt":null},null,` + tokens + `],` + last + `,null,null,null,null]`, chatGPT()},
		{`[null,"sk-1"]`, []byte(`{"OPENAI_API_KEY":"sk-1"}`)},
		{`["apikey"]`, nil},
		{`[null,null,null,null,null,null,null,null,null]`, nil},
		{`["chatgpt",null,` + tokens + `,null],` + last + `]`, nil},
		{`["chatgpt",null,["a","b","c"],` + last + `]`, nil},
		{`{"bedrock_api_key":["k","r"]}`, []byte(`{"bedrock_api_key":{"api_key":"k","region":"r"}}`)},
		{`{"bedrock_api_key":["k","r","s"]}`, nil},
		{`{"agent_identity":` + identity + `]}`, []byte(`{"agent_identity":` + identity + `]}`)},
		{`{"agent_identity":` + identity + `,null,1]}`, nil},
		{`{"agent_identity":["r","k","a","u",null,"pro"]}`, nil},
		{`{"agent_identity":` + deepIdentity(127) + `}`, nil},
		{`{"agent_identity":` + deepIdentity(126) + `,"a":` + strings.Repeat("[", 999) + strings.Repeat("]", 999) + `}`, []byte(`{"agent_identity":` + deepIdentity(126) + `}`)},
		{`{"auth_mode":{"apikey":null}}`, []byte(`{"auth_mode":"apikey"}`)},
		{`{"auth_mode":{"apikey":1}}`, nil},
		{`{"auth_mode":{"apikey":null,"x":null}}`, nil},
		{`{"auth_mode":["apikey"]}`, nil},
		{`{"\ud800":1}`, nil}, // a name must be text
	} {
		s, err := ParseSnapshot([]byte(tt.content))
		switch {
		case tt.want == nil && err == nil:
			t.Errorf("%s is read", tt.content)
		case tt.want != nil && err != nil:
			t.Errorf("%s: %v", tt.content, err)
		case tt.want != nil && !s.Equal(mustParse(t, tt.want)):
			t.Errorf("%s is read as %s", tt.content, s.Encode())
		}
	}
}

// TestSurrogates: a known string must be text; half a surrogate pair is none.
func TestSurrogates(t *testing.T) {
	for escaped, want := range map[string]string{
		`plain`: "plain", `\\ud800`: `\ud800`, `\u0041`: "A", `\ud83d\ude00`: "😀", `\uD83D\uDE00!`: "😀!",
		`\n\"\u00e9`: "\n\"é", `\ud83d\ude00\ud83d\ude01`: "😀😁",
		`\ud800`: "", `\udc00`: "", `\ud800\u0041`: "", `\ud800x`: "", `\ud800\n`: "", `\ude00\ud83d`: "",
		`\ud83d\ude00\ud83d`: "", `\ud83d\ud83d\ude00`: "",
	} {
		got, err := parseString([]byte(`"` + escaped + `"`))
		if (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("parseString(%s) = %q, %v; want %q", escaped, got, err, want)
		}
	}
	for _, raw := range []string{``, `1`, `"`, `"a`, `{}`, `null`} {
		if _, err := parseString([]byte(raw)); err == nil {
			t.Errorf("parseString(%s) succeeds", raw)
		}
	}
}
