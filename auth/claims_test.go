package auth

import (
	"strings"
	"testing"
	"time"
)

func TestParseClaims(t *testing.T) {
	for _, tt := range []struct {
		payload string
		want    Claims
	}{
		{`{}`, Claims{}},
		{`[]`, Claims{}},
		{` ["top",["profile"],["pro","u","v","a",true]]`, Claims{Email: "top", Plan: "pro", UserID: "u", AccountID: "a", FedRAMP: true}},
		{`[null,["profile"],{"user_id":"v"}]`, Claims{Email: "profile", UserID: "v"}},
		{`{"https://api.openai.com/auth":["pro"],"https://api.openai.com/profile":[]}`, Claims{Plan: "pro"}},
		{`{"email":"top"}`, Claims{Email: "top"}},
		{`{"https://api.openai.com/profile":{"email":"profile"}}`, Claims{Email: "profile"}},
		{`{"email":"top","https://api.openai.com/profile":{"email":"profile"}}`, Claims{Email: "top"}},
		{`{"email":"","https://api.openai.com/profile":{"email":"profile"}}`, Claims{}},
		{`{"email":null,"https://api.openai.com/profile":{"email":"profile"}}`, Claims{Email: "profile"}},
		{`{"https://api.openai.com/profile":null,"https://api.openai.com/auth":null}`, Claims{}},
		{`{"https://api.openai.com/auth":{"chatgpt_plan_type":"pro","chatgpt_account_id":"a"}}`, Claims{Plan: "pro", AccountID: "a"}},
		{`{"https://api.openai.com/auth":{"chatgpt_user_id":"u","user_id":"v"}}`, Claims{UserID: "u"}},
		{`{"https://api.openai.com/auth":{"user_id":"v"}}`, Claims{UserID: "v"}},
		{`{"https://api.openai.com/auth":{"chatgpt_user_id":null,"user_id":"v"}}`, Claims{UserID: "v"}},
		{`{"chatgpt_plan_type":"pro","user_id":"v","chatgpt_account_id":"a"}`, Claims{}},
		{`{"https://api.openai.com/auth":{"chatgpt_account_is_fedramp":true}}`, Claims{FedRAMP: true}},
		{`{"exp":"not looked at","aud":7}`, Claims{}},
		{"{\"email\":\"top\",\"aud\":\"\xff\"}", Claims{Email: "top"}},
		{`{"https://api.openai.com/auth":{"chatgpt_plan_type":{"pro":null}}}`, Claims{Plan: "pro"}},
	} {
		got, err := parseClaims(rawJWT(tt.payload))
		if err != nil || got != tt.want {
			t.Errorf("parseClaims(%s) = %+v, %v; want %+v", tt.payload, got, err, tt.want)
		}
	}
}

func TestParseClaimsRefuses(t *testing.T) {
	good := rawJWT(`{}`)
	header, rest, _ := strings.Cut(good, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	for name, token := range map[string]string{
		"empty":                "",
		"opaque":               "opaque",
		"two parts":            header + "." + payload,
		"empty header":         "." + payload + "." + signature,
		"empty payload":        header + ".." + signature,
		"empty signature":      header + "." + payload + ".",
		"padded payload":       header + "." + payload + "=." + signature,
		"standard alphabet":    header + ".+/+/." + signature,
		"bits left over":       header + ".e31." + signature,
		"not JSON":             rawJWT(`x`),
		"a line feed":          header + ".e3\n0." + signature,
		"email not UTF-8":      rawJWT("{\"email\":\"\xff\"}"),
		"a name not UTF-8":     rawJWT("{\"\xff\":1}"),
		"a string":             rawJWT(`"x"`),
		"null":                 rawJWT(`null`),
		"null after a space":   rawJWT(` null`),
		"a space":              rawJWT(` `),
		"half an array":        rawJWT(`["a"`),
		"a list of a number":   rawJWT(`[1]`),
		"a list too long":      rawJWT(`[null,null,null,null]`),
		"a plan too many":      rawJWT(`{"https://api.openai.com/auth":["pro","u","v","a",true,1]}`),
		"email a number":       rawJWT(`{"email":1}`),
		"email twice":          rawJWT(`{"email":"a","email":"b"}`),
		"profile a string":     rawJWT(`{"https://api.openai.com/profile":"x"}`),
		"profile email object": rawJWT(`{"https://api.openai.com/profile":{"email":{}}}`),
		"auth a string":        rawJWT(`{"https://api.openai.com/auth":"x"}`),
		"FedRAMP null":         rawJWT(`{"https://api.openai.com/auth":{"chatgpt_account_is_fedramp":null}}`),
		"plan an unknown one":  rawJWT(`{"https://api.openai.com/auth":{"chatgpt_plan_type":{"gold":null}}}`),
		"plan a number":        rawJWT(`{"https://api.openai.com/auth":{"chatgpt_plan_type":1}}`),
		"user a bool":          rawJWT(`{"https://api.openai.com/auth":{"user_id":true}}`),
		"account an array":     rawJWT(`{"https://api.openai.com/auth":{"chatgpt_account_id":[]}}`),
	} {
		if _, err := parseClaims(token); err == nil {
			t.Errorf("%s: parseClaims succeeds", name)
		}
	}
	if _, err := parseClaims(good + ".more.parts"); err != nil {
		t.Errorf("more than three parts: %v", err)
	}
}

// TestAccessTimes: exp counts only as an integer that fits a timestamp.
func TestAccessTimes(t *testing.T) {
	end := noon.Unix()
	for _, tt := range []struct {
		token    string
		readable bool
		issued   time.Time
	}{
		{rawJWT(`{"exp":1774267200}`), true, time.Time{}},
		{rawJWT(`{"exp":1774267200,"iat":0}`), true, time.Unix(0, 0).UTC()},
		{rawJWT(`{"exp":1774267200,"iat":"x"}`), true, time.Time{}},
		{rawJWT(`{"exp":1774267200}`) + ".four", true, time.Time{}},
		{rawJWT("{\"exp\":1774267200,\"x\":\"\xff\"}"), true, time.Time{}},
		{rawJWT(`{"exp":-0}`), false, time.Time{}},
		{rawJWT(`{"exp":null}`), false, time.Time{}},
		{rawJWT(`{"exp":"1774267200"}`), false, time.Time{}},
		{rawJWT(`{"exp":1774267200.5}`), false, time.Time{}},
		{rawJWT(`{"exp":1e9}`), false, time.Time{}},
		{rawJWT(`{"exp":9223372036854775808}`), false, time.Time{}},
		{rawJWT(`{"exp":8210266876800}`), false, time.Time{}},
		{rawJWT(`{"exp":-8334601228801}`), false, time.Time{}},
		{rawJWT(`{"exp":1774267200,"exp":1774267200}`), false, time.Time{}},
		{rawJWT(`{"iat":1774267200}`), false, time.Time{}},
		{rawJWT(`[]`), false, time.Time{}},
		{rawJWT(`x`), false, time.Time{}},
		{"opaque", false, time.Time{}},
		{"", false, time.Time{}},
	} {
		issued, expires, ok := accessTimes(tt.token)
		if ok != tt.readable || !issued.Equal(tt.issued) || ok && expires.Unix() != end {
			t.Errorf("accessTimes(%s) = %v, %v, %t; want issued %v, readable %t",
				tt.token, issued, expires, ok, tt.issued, tt.readable)
		}
	}
}

func TestParseTimestamp(t *testing.T) {
	for _, tt := range []struct {
		text string
		want string // RFC 3339 with nanoseconds, "" when it is no timestamp
	}{
		{"2026-03-23T12:00:00Z", "2026-03-23T12:00:00Z"},
		{"2026-03-23t12:00:00z", "2026-03-23T12:00:00Z"},
		{"2026-03-23 12:00:00 UTC", "2026-03-23T12:00:00Z"},
		{"2026-03-23T12:00:00.123456789Z", "2026-03-23T12:00:00.123456789Z"},
		{"2026-03-23T12:00:00.1234567891Z", "2026-03-23T12:00:00.123456789Z"},
		{"2026-03-23T12:00:00.5Z", "2026-03-23T12:00:00.5Z"},
		{"2026-03-23T12:00:00+02:00", "2026-03-23T10:00:00Z"},
		{"2026-03-23T12:00:00-02:30", "2026-03-23T14:30:00Z"},
		{"2026-03-23T12:00:00+0200", "2026-03-23T10:00:00Z"},
		{"2026-12-31T23:59:60Z", "2027-01-01T00:00:00Z"},
		{"2026-03-23T12:00:00Z ", "2026-03-23T12:00:00Z"},
		{"\u00a02026-3-23T\u300012:0:0\u0085uTc\n", "2026-03-23T12:00:00Z"},
		{"2026-03-23T12:00:00\u221202:30", "2026-03-23T14:30:00Z"},
		{"2026-03-23T12:00:00+02 : 00", "2026-03-23T10:00:00Z"},
		{"+002026-03-23T12:00:00Z", "2026-03-23T12:00:00Z"},
		{"26-03-23T12:00:00Z", "0026-03-23T12:00:00Z"},
		{"-1-01-01T00:00:00Z", "-0001-01-01T00:00:00Z"},
		{"+262142-12-31T23:59:59Z", "262142-12-31T23:59:59Z"},
		{"+262142-12-31T23:59:59-00:01", ""},
		{"262142-12-31T23:59:59Z", ""},
		{"10000-01-01T00:00:00Z", ""},
		{"2026-03-23 T12:00:00Z", ""},
		{"2026-03-23T12:00:00 + 02:00", ""},
		{"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
		{"2026-02-29T00:00:00Z", ""},
		{"2026-13-01T00:00:00Z", ""},
		{"2026-00-01T00:00:00Z", ""},
		{"2026-01-00T00:00:00Z", ""},
		{"2026-01-01T24:00:00Z", ""},
		{"2026-01-01T00:60:00Z", ""},
		{"2026-01-01T00:00:61Z", ""},
		{"2026-01-01T00:00:00+24:00", ""},
		{"2026-01-01T00:00:00+00:60", ""},
		{"2026-03-23T12:00:00", ""},
		{"2026-03-23", ""},
		{"1774267200", ""},
		{"2026-03-23T12:00:00Z tail", ""},
		{"", ""},
	} {
		got, err := parseTimestamp(tt.text)
		if tt.want == "" {
			if err == nil {
				t.Errorf("parseTimestamp(%q) = %v, want an error", tt.text, got)
			}
			continue
		}
		if err != nil || got.Format(time.RFC3339Nano) != tt.want || got.Location() != time.UTC {
			t.Errorf("parseTimestamp(%q) = %v, %v; want %s", tt.text, got, err, tt.want)
		}
		again, err := parseTimestamp(formatTimestamp(got))
		if err != nil || !again.Equal(got) {
			t.Errorf("%s is written as %s and read as %v, %v", got, formatTimestamp(got), again, err)
		}
	}
}

// TestTimestampsCanBeReadAgain: at the edges of the calendar an offset can push
// the year out of range.
func TestTimestampsCanBeReadAgain(t *testing.T) {
	for _, text := range []string{
		"0000-01-01T00:00:00+23:59", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59",
		"+262142-12-31T23:59:59-23:59", "+262142-12-31T23:59:59Z", "-262143-01-01T00:00:00Z", "-262143-01-01T00:00:00+23:59",
	} {
		first, err := parseTimestamp(text)
		if err != nil {
			continue // refused: as good
		}
		if again, err := parseTimestamp(formatTimestamp(first)); err != nil || !again.Equal(first) {
			t.Errorf("%s is written as %s and read as %v, %v", text, formatTimestamp(first), again, err)
		}
	}
}

// TestPlanName: what account/read showed is replayed by TestVectors; this is the
// rest of the list.
func TestPlanName(t *testing.T) {
	for claim, want := range map[string]string{
		"hc": "enterprise", "education": "edu", "business": "business", "edu": "edu", "team": "team", "plus": "plus",
		"promax": "promax", "ent26": "ent26", "": "unknown", "Plus": "unknown", "EDU": "unknown", " pro": "unknown",
	} {
		if got := PlanName(claim); got != want {
			t.Errorf("PlanName(%q) = %q, want %q", claim, got, want)
		}
	}
}

func TestStale(t *testing.T) {
	lastRefresh := func(age time.Duration) edit {
		return set("last_refresh", noon.Add(-age).Format(time.RFC3339Nano))
	}
	opaque := set("tokens.access_token", "opaque")
	for _, tt := range []struct {
		name    string
		content []byte
		reason  RefreshReason
		stale   bool
	}{
		{"ends in 301 s", chatGPT(ends(301 * time.Second)), RefreshProactive, false},
		{"ends in 300 s", chatGPT(ends(300 * time.Second)), RefreshProactive, true},
		{"has ended", chatGPT(ends(-time.Hour)), RefreshProactive, true},
		{"old but not near its end", chatGPT(lastRefresh(400 * 24 * time.Hour)), RefreshProactive, false},
		{"opaque, 8 days old", chatGPT(opaque, lastRefresh(CodexMaxAge)), RefreshScheduled, false},
		{"opaque, 8 days and a bit", chatGPT(opaque, lastRefresh(CodexMaxAge+1)), RefreshScheduled, true},
		{"opaque, from the future", chatGPT(opaque, lastRefresh(-time.Hour)), RefreshScheduled, false},
		{"opaque, no last_refresh", chatGPT(opaque, unset("last_refresh")), RefreshScheduled, false},
		{"no tokens", []byte(`{}`), "", false},
		{"API key", apiKeyFile("sk-1"), "", false},
		{"host's tokens, ended", chatGPT(ends(-time.Hour), set("auth_mode", "chatgptAuthTokens")), "", false},
	} {
		m := NewManager(Options{Store: &fakeStore{}, AsCodex: true, Now: func() time.Time { return noon }})
		reason, stale := m.stale(mustParse(t, tt.content))
		if stale != tt.stale || reason != tt.reason {
			t.Errorf("%s: stale = %q, %t; want %q, %t", tt.name, reason, stale, tt.reason, tt.stale)
		}
	}
}
