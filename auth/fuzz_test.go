package auth

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"unicode/utf8"
)

// FuzzParseSnapshot checks that encoding a parsed snapshot and parsing it again
// gives an equal one, unknown fields included, and that encoding that one gives
// the same bytes.
func FuzzParseSnapshot(f *testing.F) {
	for _, seed := range seeds() {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseSnapshot(data)
		if err != nil {
			if text := err.Error(); len(text) > 100 {
				t.Errorf("an error of %d bytes: %s", len(text), text)
			}
			if foreignObject(data) {
				t.Errorf("ParseSnapshot(%q) = %v, but nothing in it is known", data, err)
			}
			return
		}
		if !json.Valid(data) || !utf8.Valid(data) {
			t.Fatalf("this is not JSON: %q", data)
		}
		askEverything(s)
		written := s.Encode()
		again, err := ParseSnapshot(written)
		if err != nil {
			t.Fatalf("%q is written as %q, which is not readable: %v", data, written, err)
		}
		if !again.Equal(s) || !s.Equal(again) || !bytes.Equal(again.Canonical(), s.Canonical()) {
			t.Errorf("%q is written as %q, which is not equal", data, written)
		}
		if twice := again.Encode(); !bytes.Equal(twice, written) {
			t.Errorf("%q is written as %q and then as %q", data, written, twice)
		}
		if before, after := unknownFields(t, data), unknownFields(t, written); !slices.Equal(before, after) {
			t.Errorf("unknown fields were %q and are %q", before, after)
		}
	})
}

// foreignObject reports whether data is a JSON object that surely has none of
// the known fields.
func foreignObject(data []byte) bool {
	if !json.Valid(data) || !utf8.Valid(data) || !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		return false
	}
	for _, s := range []string{`\`, "auth_mode", "OPENAI_API_KEY", "tokens", "last_refresh", "agent_identity", "access_token", "bedrock"} {
		if bytes.Contains(data, []byte(s)) {
			return false
		}
	}
	return true
}

// askEverything calls every method that must not panic, whatever the content.
func askEverything(s *Snapshot) {
	s.Usable()
	s.AccessIssued()
	s.Claims()
	s.SameAccount(s)
	s.RedeemedBy(s)
	_ = s.Obstacle()
	Compute(Facts{Snapshot: s, Now: noon})
}

// seeds are contents of every kind, whole and broken.
func seeds() [][]byte {
	return [][]byte{
		nil, []byte(`{}`), []byte(`[]`), []byte(`{"a":1,"a":2}`), []byte(`{"tokens":{}}`), []byte("\xef\xbb\xbf{}"),
		chatGPT(), rotated(), grace(), apiKeyFile("sk-1"), chatGPT()[:200],
		chatGPT(set("x", map[string]any{"y": []any{1, nil}}), set("tokens.z", "\u2028")),
		chatGPT(set("last_refresh", "0000-01-01t0:0:0.123 +23:59")),
		chatGPT(set("tokens.oauth_provenance", map[string]any{"issuer": "i", "client_id": "c", "more": 1})),
		[]byte(`{"agent_identity":"a.b.c","personal_access_token":"at-1","bedrock_api_key":{"api_key":"k","region":"r","s":1}}`),
		[]byte(`{"agent_identity" : { "a" : 1 }, "\ud83d\ude00" : "\ud800", "OPENAI_API_KEY":"\ud83d\ude00"}`),
	}
}

// FuzzClaims looks for payloads that make the readers of tokens panic or
// disagree about what a JSON Web Token is.
func FuzzClaims(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `null`, `{"email":"a","exp":1}`, `{"exp":1e400}`, `{"exp":-1,"iat":2}`,
		`{"https://api.openai.com/auth":{"chatgpt_plan_type":"pro","user_id":"u"}}`,
		`{"https://api.openai.com/profile":{"email":"\ud800"}}`, ` [ `, `{"email":null}`,
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Add("a.b.c", false)
	f.Fuzz(func(t *testing.T, text string, asPayload bool) {
		token := text
		if asPayload {
			token = rawJWT(text)
		}
		claims, err := parseClaims(token)
		if err == nil {
			for _, s := range []string{claims.Email, claims.Plan, claims.UserID, claims.AccountID} {
				if !utf8.ValidString(s) {
					t.Errorf("a claim is not UTF-8: %q", s)
				}
			}
			if _, err := jwtPayload(token); err != nil {
				t.Errorf("claims without a payload: %v", err)
			}
		}
		if issued, expires, ok := accessTimes(token); ok {
			if expires.IsZero() || expires.Unix() > maxUnix || issued.Unix() > maxUnix {
				t.Errorf("times out of range: %v, %v", issued, expires)
			}
		}
	})
}
