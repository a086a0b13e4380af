package auth

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestParseErrorsSayWhere: an error names the field, in one clause that fits
// after "cannot read auth.json: ".
func TestParseErrorsSayWhere(t *testing.T) {
	for _, tt := range []struct{ content, want string }{
		{``, "it is empty or incomplete"},
		{`{"tokens":`, "it is empty or incomplete"},
		{`{"a":1]`, "it is not valid JSON"},
		{`[]`, "it is not a JSON object"},
		{"{\"a\":\"\xff\"}", "it is not UTF-8"},
		{"\ufeff{}", "it begins with a byte order mark, which Codex does not read either; save it as UTF-8 without one"},
		{`{} x`, "something follows the JSON object"},
		{`{}{}`, "something follows the JSON object"},
		{`{"tokens":null,"tokens":null}`, "a field appears twice"},
		{`{"auth_mode":"ChatGPT"}`, "auth_mode names an unknown kind of sign-in"},
		{`{"auth_mode":1}`, "auth_mode is not a string"},
		{`{"OPENAI_API_KEY":1}`, "OPENAI_API_KEY is not a string"},
		{`{"OPENAI_API_KEY":"\ud800"}`, "OPENAI_API_KEY is not valid text"},
		{`{"tokens":[]}`, "tokens is not an object"},
		{`{"last_refresh":"yesterday"}`, "last_refresh is not a date and time with a time zone"},
		{`{"last_refresh":1}`, "last_refresh is not a string"},
		{`{"agent_identity":1}`, "agent_identity is neither a string nor an object"},
		{`{"agent_identity":{}}`, "agent_identity.agent_runtime_id is not a string"},
		{`{"agent_identity":` + strings.Replace(identity(""), `"plan_type":"pro",`, "", 1) + `}`, "agent_identity.plan_type is not a string"},
		{`{"agent_identity":` + strings.Replace(identity(""), "false", "null", 1) + `}`, "agent_identity has a claim of the wrong type"},
		{`{"agent_identity":` + identity(`,"task_id":1`) + `}`, "agent_identity.task_id is not a string"},
		{`{"bedrock_api_key":{"api_key":"k"}}`, "bedrock_api_key.region is not a string"},
		{`{"bedrock_api_key":{"region":"k"}}`, "bedrock_api_key.api_key is not a string"},
		{`{"bedrock_api_key":{"region":"k","region":"k"}}`, "a field appears twice"},
		{`{"bedrock_access_keys":{"access_key_id":"a"}}`, "bedrock_access_keys.secret_access_key is not a string"},
		{`{"bedrock_access_keys":["a","b",1]}`, "bedrock_access_keys.session_token is not a string"},
		{`{"bedrock_access_keys":["a"]}`, "bedrock_access_keys is not an object"},
		{`{"personal_access_token":{}}`, "personal_access_token is not a string"},
		{string(chatGPT(set("tokens.id_token", "a.b"))), "tokens.id_token is not a JSON Web Token"},
		{string(chatGPT(set("tokens.id_token", rawJWT(`{"email":1}`)))), "tokens.id_token has a claim of the wrong type"},
		{string(chatGPT(unset("tokens.access_token"))), "tokens.access_token is not a string"},
		{string(chatGPT(set("tokens.account_id", 1))), "tokens.account_id is not a string"},
		{string(chatGPT(set("tokens.oauth_provenance", "x"))), "tokens.oauth_provenance is not an object"},
	} {
		_, err := ParseSnapshot([]byte(tt.content))
		if err == nil || err.Error() != tt.want {
			t.Errorf("ParseSnapshot(%s) = %v, want %q", tt.content, err, tt.want)
		}
	}
}

// TestParseErrorsQuoteNothing puts a marker into every position of a full
// auth.json, as a whole and cut off behind it, and looks for it in the errors.
func TestParseErrorsQuoteNothing(t *testing.T) {
	t.Parallel()
	const marker = "MARK"
	full := chatGPT(
		set("OPENAI_API_KEY", "sk-secret"), set("personal_access_token", "at-secret"),
		set("agent_identity", "a.b.c"), set("bedrock_api_key", map[string]any{"api_key": "secret", "region": "r"}),
		set("tokens.oauth_provenance", map[string]any{"issuer": "i", "client_id": "c"}),
		set("tokens.login_owner_id", "owner"), set("unknown", []any{1, "x"}),
	)
	failed := 0
	for i := range len(full) + 1 {
		before, after := full[:i], full[i:]
		for _, inserted := range []string{marker, `"` + marker, `"` + marker + `"`, `"` + marker + `":`, `{"` + marker + `":"` + marker + `"}`} {
			for _, content := range [][]byte{
				bytes.Join([][]byte{before, []byte(inserted), after}, nil),
				bytes.Join([][]byte{before, []byte(inserted)}, nil),
			} {
				_, err := ParseSnapshot(content)
				if err == nil {
					continue
				}
				failed++
				wantNoMarker(t, err, marker, "secret", "sk-", "at-", "ada@", "eyJ")
			}
		}
	}
	if failed < len(full) {
		t.Errorf("only %d of the texts were refused: the test does not test", failed)
	}
}

// wantNoMarker looks through an error and all it wraps.
func wantNoMarker(t *testing.T, err error, markers ...string) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		text := fmt.Sprintf("%v %+v", err, err)
		for _, marker := range markers {
			if strings.Contains(text, marker) {
				t.Fatalf("the error quotes the content: %s", text)
			}
		}
	}
}
