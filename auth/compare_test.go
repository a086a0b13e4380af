package auth

import (
	"bytes"
	"encoding/json"
	"testing"

	"rekey/test/kit/must"
)

// sameContents are the ways to write Ada's sign-in that are no change at all.
func sameContents(t *testing.T) map[string][]byte {
	t.Helper()
	var compact, spread bytes.Buffer
	must.Do(t, json.Compact(&compact, chatGPT()))
	must.Do(t, json.Indent(&spread, chatGPT(), "  ", "\t"))
	return map[string][]byte{
		"same bytes":               chatGPT(),
		"compact":                  compact.Bytes(),
		"indented":                 spread.Bytes(),
		"as Codex writes it":       mustParse(t, chatGPT()).Encode(),
		"unknown field":            chatGPT(set("x", 1)),
		"unknown field in tokens":  chatGPT(set("tokens.x", 1)),
		"last_refresh, other zone": chatGPT(set("last_refresh", "2026-03-23T12:00:00.000+01:00")),
		"API key absent":           chatGPT(unset("OPENAI_API_KEY")),
		"null where absent":        chatGPT(set("agent_identity", nil), set("tokens.login_owner_id", nil)),
	}
}

// change is one that another process makes to Ada's sign-in.
type change struct {
	name    string
	content []byte // nil: deleted
	// account: it is the same account still.
	account bool
	// redeemed: an answer to a request made before may be committed on top.
	redeemed bool
}

// changes are the rows of Codex's table of changes, each a difference.
func changes() []change {
	foreign := map[string]any{"issuer": "https://issuer.example", "client_id": "c"}
	return []change{
		{"access_token", chatGPT(set("tokens.access_token", "opaque")), true, false},
		{"refresh_token", chatGPT(set("tokens.refresh_token", "refresh-b")), true, false},
		{"all tokens", rotated(), true, false},
		{"id_token", chatGPT(set("tokens.id_token", rawJWT(`{}`))), true, true},
		{"other user, same account", chatGPT(set("tokens.id_token", idToken("other@example.com", "acct-ada"))), true, true},
		{"last_refresh", chatGPT(set("last_refresh", "2026-03-23T11:00:01Z")), true, true},
		{"last_refresh removed", chatGPT(unset("last_refresh")), true, true},
		{"API key added", chatGPT(set("OPENAI_API_KEY", "sk-added")), true, true},
		{"mode removed", chatGPT(unset("auth_mode")), true, true},
		{"provenance added", chatGPT(set("tokens.oauth_provenance", foreign)), true, true},
		{"owner added", chatGPT(set("tokens.login_owner_id", "owner")), true, false},
		{"personal access token added, mode kept", chatGPT(set("personal_access_token", "at-1")), true, true},
		{"Bedrock key added, mode kept", chatGPT(set("bedrock_api_key", map[string]any{"api_key": "k", "region": "r"})), true, true},
		{"Bedrock access keys added, mode kept", chatGPT(set("bedrock_access_keys", accessKeys())), true, true},
		{"agent identity added", chatGPT(set("agent_identity", "a.b.c")), true, true},
		{"became the host's", chatGPT(set("auth_mode", "chatgptAuthTokens")), true, false},
		{"other account", grace(), false, false},
		{"other account_id only", chatGPT(set("tokens.account_id", "acct-b")), false, false},
		{"account_id removed", chatGPT(unset("tokens.account_id")), false, false},
		{"tokens removed", chatGPT(set("tokens", nil)), false, false},
		{"became an API key", apiKeyFile("sk-2"), false, false},
		{"became a personal access token", []byte(`{"personal_access_token":"at-1"}`), false, false},
		{"deleted", nil, false, false},
	}
}

func TestEqualIgnoresFormatting(t *testing.T) {
	base := mustParse(t, chatGPT())
	for name, content := range sameContents(t) {
		s := mustParse(t, content)
		if !s.Equal(base) || !base.Equal(s) || !base.redeemedBy(s) || !s.sameAccount(base) ||
			!bytes.Equal(s.Canonical(), base.Canonical()) {
			t.Errorf("%s counts as a change", name)
		}
	}
}

func TestEqualSeesEveryKnownField(t *testing.T) {
	base := mustParse(t, chatGPT())
	seen := map[string]*Snapshot{"none": base}
	for _, c := range changes() {
		var s *Snapshot
		if c.content != nil {
			s = mustParse(t, c.content)
		}
		for name, other := range seen {
			if s.Equal(other) || other.Equal(s) || bytes.Equal(s.Canonical(), other.Canonical()) {
				t.Errorf("%q equals %q", c.name, name)
			}
		}
		if !s.Equal(s) {
			t.Errorf("%q does not equal itself", c.name)
		}
		if got := s.sameAccount(base); got != c.account || base.sameAccount(s) != got {
			t.Errorf("%s: same account = %t, want %t", c.name, got, c.account)
		}
		if got := base.redeemedBy(s); got != c.redeemed {
			t.Errorf("%s: redeemedBy = %t, want %t", c.name, got, c.redeemed)
		}
		seen[c.name] = s
	}
}

// TestRedeemedByOwner: the name of the sign-in may be lost, but not changed.
func TestRedeemedByOwner(t *testing.T) {
	owned := func(owner string) *Snapshot { return mustParse(t, chatGPT(set("tokens.login_owner_id", owner))) }
	bare := mustParse(t, chatGPT())
	if !owned("a").redeemedBy(owned("a")) || !owned("a").redeemedBy(bare) {
		t.Error("the same sign-in is not recognised")
	}
	if owned("a").redeemedBy(owned("b")) || bare.redeemedBy(owned("a")) {
		t.Error("another sign-in is taken for the same")
	}
	var none *Snapshot
	if none.redeemedBy(bare) || bare.redeemedBy(none) {
		t.Error("nothing redeems something")
	}
}

// TestEqualRawMembers: members kept as raw JSON are compared without formatting.
func TestEqualRawMembers(t *testing.T) {
	parse := func(identity string) *Snapshot { return mustParse(t, []byte(`{"agent_identity":`+identity+`}`)) }
	if a, b := parse(identity(`,"a": [1]`)), parse(identity(`, "a":[ 1 ] `)); !a.Equal(b) || !bytes.Equal(a.Canonical(), b.Canonical()) {
		t.Error("formatting counts")
	}
	if parse(identity(`,"a":1`)).Equal(parse(identity(`,"a":2`))) || parse(`"a"`).Equal(parse(`null`)) {
		t.Error("content does not count")
	}
	keys := func(list string) *Snapshot { return mustParse(t, []byte(`{"bedrock_access_keys":`+list+`}`)) }
	if a, b := keys(`["a","s"]`), keys(`[ "a", "s" ]`); !a.Equal(b) || !bytes.Equal(a.Canonical(), b.Canonical()) {
		t.Error("formatting counts")
	}
	bedrock := func(key, region string) *Snapshot {
		return mustParse(t, []byte(`{"bedrock_api_key":{"api_key":"`+key+`","region":"`+region+`"}}`))
	}
	if !bedrock("k", "r").Equal(bedrock("k", "r")) || bedrock("k", "r").Equal(bedrock("l", "r")) || bedrock("k", "r").Equal(bedrock("k", "s")) {
		t.Error("Bedrock keys are compared wrongly")
	}
	provenance := func(issuer string) *Snapshot {
		return mustParse(t, chatGPT(set("tokens.oauth_provenance", map[string]any{"issuer": issuer, "client_id": "c", issuer: 1})))
	}
	if !provenance("i").Equal(provenance("i")) || provenance("i").Equal(provenance("j")) {
		t.Error("provenances are compared wrongly")
	}
}
