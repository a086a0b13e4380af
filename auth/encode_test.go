package auth

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/test/kit/must"
)

// TestEncodeShape: Codex's order of fields and its spacing, whatever the order
// was before, and what Rekey does not know behind it.
func TestEncodeShape(t *testing.T) {
	id := rawJWT(`{}`)
	s := mustParse(t, []byte(`{"z":{ "b" : [ 1 , { } ,[ ] ] },"bedrock_api_key":{"region":"r","y":0,"api_key":"k"},
		"bedrock_access_keys":["a","s"],"personal_access_token":"at-1","agent_identity":`+identity("")+`,"last_refresh":"2026-03-23T13:00:00+01:00",
		"tokens":{"x":"é/<>&\u2028","login_owner_id":"owner","oauth_provenance":{"w":null,"client_id":"c","issuer":"i"},
		"refresh_token":"\u0000\u0007\u0010\u001F\u007f\b\f\n\r\t\"\\/é","access_token":"<&>","id_token":"`+id+`"},"auth_mode":"chatgpt"}`))
	const want = `{
  "auth_mode": "chatgpt",
  "OPENAI_API_KEY": null,
  "tokens": {
    "id_token": "ID",
    "access_token": "<&>",
    "refresh_token": "\u0000\u0007\u0010\u001f` + "\x7f" + `\b\f\n\r\t\"\\/é",
    "oauth_provenance": {
      "issuer": "i",
      "client_id": "c",
      "w": null
    },
    "login_owner_id": "owner",
    "account_id": null,
    "x": "é/<>&\u2028"
  },
  "last_refresh": "2026-03-23T12:00:00.000000000Z",
  "agent_identity": {
    "agent_runtime_id": "r",
    "agent_private_key": "k",
    "account_id": "a",
    "chatgpt_user_id": "u",
    "email": null,
    "plan_type": "pro",
    "chatgpt_account_is_fedramp": false
  },
  "personal_access_token": "at-1",
  "bedrock_api_key": {
    "api_key": "k",
    "region": "r",
    "y": 0
  },
  "bedrock_access_keys": [
    "a",
    "s"
  ],
  "z": {
    "b": [
      1,
      {},
      []
    ]
  }
}`
	if got := string(s.Encode()); got != strings.Replace(want, "ID", id, 1) {
		t.Errorf("Encode() =\n%s\nwant\n%s", got, want)
	}
	if got := string(mustParse(t, []byte(`{}`)).Encode()); got != "{\n  \"OPENAI_API_KEY\": null\n}" {
		t.Errorf("empty: %s", got)
	}
	if got, want := string(NewAPIKey(NewSecret("sk-1")).Encode()), "{\n  \"auth_mode\": \"apikey\",\n  \"OPENAI_API_KEY\": \"sk-1\"\n}"; got != want {
		t.Errorf("API key: %s, want %s", got, want)
	}
}

// TestNewCredentials: what a sign-in writes is read back unchanged.
func TestNewCredentials(t *testing.T) {
	in := SignIn{
		IDToken: NewSecret(idToken("ada@example.com", "acct-ada")), AccessToken: NewSecret("access"),
		RefreshToken: NewSecret("refresh"), Provenance: &Provenance{"https://issuer.example", "client-1"}, OwnerID: "owner-1",
	}
	s := must.Get(NewChatGPT(in, noon.In(time.FixedZone("", 3600))))(t).WithAPIKey(NewSecret("sk-1"))
	again := mustParse(t, s.Encode())
	if !again.Equal(s) || again.Kind() != KindChatGPT || !again.Usable() {
		t.Errorf("read again: %s", again.Encode())
	}
	if id, _ := again.AccountID(); id != "acct-ada" {
		t.Errorf("account_id = %q, want the ID token's", id)
	}
	if last, _ := again.LastRefresh(); !last.Equal(noon) {
		t.Errorf("last_refresh = %v", last)
	}

	bare := must.Get(NewChatGPT(SignIn{IDToken: NewSecret(rawJWT(`{}`))}, noon))(t)
	if _, ok := bare.AccountID(); ok || bare.Provenance() != nil || bare.HasAPIKey() || bare.tokens.ownerID != nil {
		t.Errorf("a bare sign-in holds too much: %s", bare.Encode())
	}
	if _, err := NewChatGPT(SignIn{IDToken: NewSecret("opaque")}, noon); err == nil {
		t.Error("an opaque ID token is accepted")
	}
}

func TestNewExternal(t *testing.T) {
	token := NewSecret(idToken("ada@example.com", "acct-claim"))
	s := must.Get(newExternal(ExternalTokens{AccessToken: token, AccountID: "acct-host", PlanType: "team"}, noon))(t)
	id, _ := s.AccountID()
	if s.Kind() != KindExternalTokens || !s.Usable() || s.Managed() || id != "acct-host" ||
		s.Claims().Plan != "team" || s.Claims().Email != "ada@example.com" || s.AccessToken() != token {
		t.Errorf("host's tokens: kind %q, account %q, %+v", s.Kind(), id, s.Claims())
	}
	s, err := newExternal(ExternalTokens{AccessToken: token, AccountID: "acct-host"}, noon)
	if err != nil || s.Claims().Plan != "pro" {
		t.Errorf("plan = %q, %v; want the claim", s.Claims().Plan, err)
	}
	if _, err := newExternal(ExternalTokens{AccessToken: NewSecret("opaque")}, noon); err == nil {
		t.Error("an opaque access token is accepted")
	}
}

func TestNewAccessToken(t *testing.T) {
	for value, kind := range map[string]Kind{
		"at-1": KindPersonalToken, "at-": KindPersonalToken, "at": KindAgentIdentity, "": KindAgentIdentity,
		"AT-1": KindAgentIdentity, `quo"ted\`: KindAgentIdentity, rawJWT(`{"agent_runtime_id":"r"}`): KindAgentIdentity,
	} {
		s := NewAccessToken(NewSecret(value))
		if s.Kind() != kind || !json.Valid(s.Encode()) {
			t.Errorf("%q: kind %q, want %q; %s", value, s.Kind(), kind, s.Encode())
		}
	}
	if s := NewAccessToken(NewSecret(rawJWT(`{"agent_runtime_id":"r"}`))); !s.Usable() {
		t.Error("an agent identity with its claim is not usable")
	}
}

// TestWithTokens: given fields replace, missing ones stay, the rest is kept.
func TestWithTokens(t *testing.T) {
	base := mustParse(t, chatGPT(set("x", 1), set("tokens.y", 2),
		set("tokens.oauth_provenance", map[string]any{"issuer": "i", "client_id": "c"})))
	later := noon.Add(time.Minute)

	same := must.Get(base.WithTokens(TokenResponse{}, later))(t)
	if last, _ := same.LastRefresh(); !last.Equal(later) || same.RefreshToken() != base.RefreshToken() ||
		same.AccessToken() != base.AccessToken() || same.Provenance() == nil {
		t.Errorf("an empty answer changes more than last_refresh: %s", same.Encode())
	}

	full, err := base.WithTokens(TokenResponse{
		IDToken: secret(idToken("grace@example.com", "acct-grace")), AccessToken: secret(""), RefreshToken: secret("refresh-2"),
		DropProvenance: true,
	}, later)
	must.Do(t, err)
	account, _ := full.AccountID()
	if full.Claims().Email != "grace@example.com" || !full.AccessToken().Empty() || account != "acct-ada" ||
		full.RefreshToken().Reveal() != "refresh-2" || full.Provenance() != nil {
		t.Errorf("a full answer: %s", full.Encode())
	}
	if got := unknownFields(t, full.Encode()); len(got) != 2 {
		t.Errorf("unknown fields = %q, want both", got)
	}
	if base.RefreshToken().Reveal() != "refresh-1" || base.Provenance() == nil {
		t.Error("WithTokens has changed its receiver")
	}

	if _, err := base.WithTokens(TokenResponse{IDToken: secret("garbage")}, later); err == nil {
		t.Error("an unreadable ID token is taken over")
	}
	fresh, err := mustParse(t, []byte(`{}`)).WithTokens(TokenResponse{RefreshToken: secret("r")}, later)
	if err != nil || fresh.RefreshToken().Reveal() != "r" {
		t.Errorf("tokens for a snapshot without: %v", err)
	}
}

// unknownFields are the names and compact values of the members that the model does not know.
func unknownFields(t *testing.T, content []byte) []string {
	t.Helper()
	s := mustParse(t, content)
	all := slices.Clone(s.unknown)
	if s.tokens != nil {
		all = append(all, s.tokens.unknown...)
		if s.tokens.provenance != nil {
			all = append(all, s.tokens.provenance.unknown...)
		}
	}
	if s.bedrock != nil {
		all = append(all, s.bedrock.unknown...)
	}
	var names []string
	for _, m := range all {
		value, err := json.Marshal(m.raw) // compact
		must.Do(t, err)
		names = append(names, m.name+"="+string(value))
	}
	return names
}
