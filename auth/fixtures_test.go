package auth

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"rekey/test/kit/must"
)

// noon is when the tests that need no real time take place.
var noon = time.Date(2026, time.March, 23, 12, 0, 0, 0, time.UTC)

// jwt returns an unsigned JSON Web Token.
func jwt(claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err) // a mistake in the test
	}
	return rawJWT(string(payload))
}

// rawJWT is jwt for a payload that need not be JSON.
func rawJWT(payload string) string {
	return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
}

// idToken is an ID token of a user of an account.
func idToken(email, account string) string {
	return jwt(map[string]any{
		"email": email,
		claimAuth: map[string]any{
			"chatgpt_plan_type": "pro", "chatgpt_user_id": "user-ada", "chatgpt_account_id": account,
		},
	})
}

// accessToken is an access token with an expiry. name makes it unique.
func accessToken(name string, end time.Time) string {
	return jwt(map[string]any{"exp": end.Unix(), "iat": end.Add(-time.Hour).Unix(), "jti": name})
}

// edit changes one member of an auth.json that is being made.
type edit func(file map[string]any)

// set puts a value at a path such as "tokens.account_id".
func set(path string, value any) edit {
	return func(file map[string]any) {
		object, name := find(file, path)
		object[name] = value
	}
}

// unset removes the member at a path.
func unset(path string) edit {
	return func(file map[string]any) {
		object, name := find(file, path)
		delete(object, name)
	}
}

func find(file map[string]any, path string) (object map[string]any, name string) {
	if parent, child, nested := strings.Cut(path, "."); nested {
		return find(file[parent].(map[string]any), child)
	}
	return file, path
}

// ends gives the access token an end that long after noon.
func ends(after time.Duration) edit {
	return set("tokens.access_token", accessToken("access-1", noon.Add(after)))
}

// chatGPT is the auth.json of Ada's sign-in, whose access token ends an hour
// after noon, with the given changes.
func chatGPT(edits ...edit) []byte {
	file := map[string]any{
		"auth_mode":      "chatgpt",
		"OPENAI_API_KEY": nil,
		"tokens": map[string]any{
			"id_token":      idToken("ada@example.com", "acct-ada"),
			"access_token":  accessToken("access-1", noon.Add(time.Hour)),
			"refresh_token": "refresh-1",
			"account_id":    "acct-ada",
		},
		"last_refresh": noon.Add(-time.Hour).Format(time.RFC3339),
	}
	for _, change := range edits {
		change(file)
	}
	content, err := json.Marshal(file)
	if err != nil {
		panic(err) // a mistake in the test
	}
	return content
}

// rotated is Ada's sign-in after another process has refreshed it.
func rotated(edits ...edit) []byte {
	return chatGPT(append([]edit{
		set("tokens.access_token", accessToken("access-other", noon.Add(2*time.Hour))),
		set("tokens.refresh_token", "refresh-other"),
	}, edits...)...)
}

// grace is another user's sign-in.
func grace(edits ...edit) []byte {
	return chatGPT(append([]edit{
		set("tokens.id_token", idToken("grace@example.com", "acct-grace")),
		set("tokens.access_token", accessToken("access-grace", noon.Add(time.Hour))),
		set("tokens.refresh_token", "refresh-grace"),
		set("tokens.account_id", "acct-grace"),
	}, edits...)...)
}

// apiKeyFile is the auth.json of an API key.
func apiKeyFile(key string) []byte { return NewAPIKey(NewSecret(key)).Encode() }

// mustParse parses content that must be readable.
func mustParse(t testing.TB, content []byte) *Snapshot {
	t.Helper()
	s := must.Get(ParseSnapshot(content))(t)
	return s
}

// secret is a *Secret, for the members of a TokenResponse.
func secret(value string) *Secret {
	s := NewSecret(value)
	return &s
}

// refreshed is the answer of an authority that hands out the n-th new tokens.
func refreshed(n string) answer {
	return answer{tokens: TokenResponse{
		IDToken:      secret(idToken("ada@example.com", "acct-ada")),
		AccessToken:  secret(accessToken("access-"+n, noon.Add(3*time.Hour))),
		RefreshToken: secret("refresh-" + n),
	}}
}

// refused is the answer of an authority that refuses for good.
func refused(reason Reason) answer {
	return answer{err: &RefreshError{Permanent: true, Reason: reason, Status: 401}}
}

// The answers of an authority that does not refresh this time.
var (
	serverDown = answer{err: &RefreshError{Status: 503}}
	answerLost = answer{err: &RefreshError{AnswerLost: true}}
)

// accessKeys is a full bedrock_access_keys.
func accessKeys() map[string]any {
	return map[string]any{"access_key_id": "AKIA", "secret_access_key": "s", "session_token": "t"}
}

// identity is an agent's identity as a JSON object, with more members.
func identity(more string) string {
	return `{"agent_runtime_id":"r","agent_private_key":"k","account_id":"a","chatgpt_user_id":"u","email":null,"plan_type":"pro","chatgpt_account_is_fedramp":false` + more + `}`
}

// deepIdentity is an identity that is nested so deep, and its texts deeper.
func deepIdentity(depth int) string {
	return identity(`,"a":` + strings.Repeat(`{"[[\"[[":`, depth-1) + "1" + strings.Repeat("}", depth-1))
}
