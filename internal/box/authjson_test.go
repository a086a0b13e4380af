package box

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"rekey/test/kit/must"
)

func TestJWT(t *testing.T) {
	// The same claims give the same token as in the recordings of the real Codex.
	got := JWT(map[string]any{"exp": 4102444800, "jti": "access-1"})
	want := "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJleHAiOjQxMDI0NDQ4MDAsImp0aSI6ImFjY2Vzcy0xIn0.c2ln"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAuthJSONIsWhatCodexWrites(t *testing.T) {
	at := time.Date(2026, 11, 23, 11, 11, 53, 250349038, time.UTC)
	fixed := WithTokens(Tokens{"id", "access", "refresh<&>"})
	const head = "{\n  \"auth_mode\": \"chatgpt\",\n  \"OPENAI_API_KEY\": null,\n  \"tokens\": {\n    \"id_token\": \"id\",\n" +
		"    \"access_token\": \"access\",\n    \"refresh_token\": \"refresh<&>\",\n    \"account_id\": "
	const tail = "\n  },\n  \"last_refresh\": \"2026-11-23T11:11:53.250349038Z\"\n}"
	for name, tt := range map[string]struct {
		opts []AuthOption
		want string
	}{
		"ChatGPT":            {[]AuthOption{fixed, WithIssued(at)}, head + `"acct-ada"` + tail},
		"another account":    {[]AuthOption{WithAccount(Grace()), fixed, WithIssued(at)}, head + `"acct-grace"` + tail},
		"without account id": {[]AuthOption{fixed, WithoutAccountID(), WithIssued(at)}, head + `null` + tail},
		"whole second":       {[]AuthOption{fixed, WithIssued(at.Truncate(time.Second))}, strings.Replace(head+`"acct-ada"`+tail, ".250349038", ".000000000", 1)},
		"local time":         {[]AuthOption{fixed, WithIssued(at.In(time.FixedZone("", 3600)))}, head + `"acct-ada"` + tail},
		"without last refresh": {
			[]AuthOption{fixed, WithoutLastRefresh()}, head + "\"acct-ada\"\n  }\n}",
		},
		"without mode": {
			[]AuthOption{fixed, WithMode(""), WithIssued(at)},
			strings.Replace(head, "  \"auth_mode\": \"chatgpt\",\n", "", 1) + `"acct-ada"` + tail,
		},
		"API key": {
			[]AuthOption{WithAPIKey("sk-fake")}, "{\n  \"auth_mode\": \"apikey\",\n  \"OPENAI_API_KEY\": \"sk-fake\"\n}",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := string(AuthJSON(tt.opts...)); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestAuthJSONMakesTokensUp(t *testing.T) {
	issued := time.Unix(1_800_000_000, 0)
	for name, tt := range map[string]struct {
		opts        []AuthOption
		wantAccess  string // "" for a made-up one
		wantRefresh string
		wantExpiry  time.Time
	}{
		"defaults":      {nil, "", "fixture-refresh-token", issued.Add(DefaultAccessLife)},
		"expiry":        {[]AuthOption{WithExpiry(issued.Add(time.Minute))}, "", "fixture-refresh-token", issued.Add(time.Minute)},
		"refresh token": {[]AuthOption{WithRefreshToken("r")}, "", "r", issued.Add(DefaultAccessLife)},
		"opaque access": {[]AuthOption{WithAccessToken("opaque")}, "opaque", "fixture-refresh-token", issued.Add(DefaultAccessLife)},
	} {
		t.Run(name, func(t *testing.T) {
			got := decodeAuth(t, AuthJSON(append(tt.opts, WithIssued(issued))...))
			if tt.wantAccess == "" {
				if exp := claims(t, got.Tokens.AccessToken)["exp"]; exp != float64(tt.wantExpiry.Unix()) {
					t.Errorf("access token's exp: got %v, want %d", exp, tt.wantExpiry.Unix())
				}
			} else if got.Tokens.AccessToken != tt.wantAccess {
				t.Errorf("access token: got %q, want %q", got.Tokens.AccessToken, tt.wantAccess)
			}
			if got.Tokens.RefreshToken != tt.wantRefresh {
				t.Errorf("refresh token: got %q, want %q", got.Tokens.RefreshToken, tt.wantRefresh)
			}
			checkClaims(t, claims(t, got.Tokens.IDToken), Ada(), issued, tt.wantExpiry)
		})
	}
}

func decodeAuth(t *testing.T, text []byte) authFile {
	t.Helper()
	var file authFile
	must.Do(t, json.Unmarshal(text, &file))
	if file.Tokens == nil {
		t.Fatalf("no tokens in %s", text)
	}
	return file
}

// checkClaims compares what Codex reads.
func checkClaims(t *testing.T, got map[string]any, a Account, issued, expires time.Time) {
	t.Helper()
	own, _ := got["https://api.openai.com/auth"].(map[string]any)
	for name, pair := range map[string][2]any{
		"email":              {got["email"], a.Email},
		"name":               {got["name"], a.Name},
		"iat":                {got["iat"], float64(issued.Unix())},
		"exp":                {got["exp"], float64(expires.Unix())},
		"chatgpt_plan_type":  {own["chatgpt_plan_type"], a.Plan},
		"chatgpt_user_id":    {own["chatgpt_user_id"], a.UserID},
		"chatgpt_account_id": {own["chatgpt_account_id"], a.AccountID},
	} {
		if pair[0] != pair[1] {
			t.Errorf("claim %s: got %v, want %v", name, pair[0], pair[1])
		}
	}
}
