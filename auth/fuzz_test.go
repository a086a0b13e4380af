package auth

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
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

// timestampPattern is what a timestamp looks like. An underscore is white space.
var timestampPattern = regexp.MustCompile(strings.ReplaceAll(
	`^_([+-]\d+|\d{1,4})_-_(\d{1,2})_-_(\d{1,2})[Tt ]_(\d{1,2})_:_(\d{1,2})_:_(\d{1,2})(?:\.(\d+))?_`+
		`(?:[Zz]|[Uu][Tt][Cc]|([+\x{2212}-])(\d{2})(?:_:)*_(\d{2}))_$`, "_", `[\t-\r\x{85}\p{Z}]*`))

// FuzzTimestamp holds the reading of timestamps against the form that they have.
func FuzzTimestamp(f *testing.F) {
	for _, seed := range []string{
		"2026-11-28T12:00:00Z", " 2026 - 1 - 2t 3 : 4 : 5.123456789012 utc", "2026-11-28 12:00:60+01: 30",
		"+12026-02-28T12:00:00-0100", "-5-1-1T0:0:0\u2212 \u00a0:01:00 ", "12026-01-01T00:00:00Z", "2026-01-01T00:00:00.Z", "2026-1-1  0:0:0\fz", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseTimestamp(text)
		want, wantErr := timestampByForm(text)
		if !got.Equal(want) || (err == nil) != (wantErr == nil) {
			t.Errorf("%q is read as %v, %v; want %v, %v", text, got, err, want, wantErr)
		}
	})
}

// timestampByForm is parseTimestamp by the form's groups.
func timestampByForm(text string) (time.Time, error) {
	m := timestampPattern.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, errFieldTime
	}
	var n [6]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1])
	}
	if n[0] < -300_000 || n[0] > 300_000 || len(m[1]) > 18 && n[0] == 0 {
		return time.Time{}, errFieldTime // the time library counts no so many years
	}
	if n[3] > 23 || n[4] > 59 || n[5] > 60 {
		return time.Time{}, errFieldTime
	}
	fraction, _ := strconv.Atoi((m[7] + "000000000")[:9])
	t := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], fraction, time.UTC)
	if n[1] < 1 || n[1] > 12 || n[2] < 1 || time.Date(n[0], time.Month(n[1]), n[2], 0, 0, 0, 0, time.UTC).Day() != n[2] {
		return time.Time{}, errFieldTime
	}
	if m[8] != "" {
		hours, _ := strconv.Atoi(m[9])
		minutes, _ := strconv.Atoi(m[10])
		if hours > 23 || minutes > 59 {
			return time.Time{}, errFieldTime
		}
		offset := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
		if m[8] == "+" {
			offset = -offset
		}
		t = t.Add(offset)
	}
	if t.Year() < firstYear || t.Year() > lastYear {
		return time.Time{}, errFieldTime
	}
	return t, nil
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
	s.sameAccount(s)
	s.redeemedBy(s)
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
		[]byte(`{"agent_identity" : ` + identity(`, "a" : 1 `) + `, "\ud83d\ude00" : "\ud800", "OPENAI_API_KEY":"\ud83d\ude00"}`),
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
