package login

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"rekey/auth"
	"rekey/auth/authority"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// deviceCase is one recording of Codex 0.169's "codex login --device-auth".
type deviceCase struct {
	Name          string
	ClientID      string `json:"client_id"`
	DefaultIssuer bool   `json:"default_issuer"`
	Requests      []struct {
		Method, Path, Body string
		ContentType        string `json:"content_type"`
	}
	Succeeds bool
	Stored   string
}

// recordedTokens is what the recording's server granted.
const recordedTokens = `{"id_token":"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJlbWFpbCI6InVzZXJAZXhhbXBsZS5jb20iLCJodHRwczovL2FwaS5vcGVuYWkuY29tL2F1dGgiOnsiY2hhdGdwdF9wbGFuX3R5cGUiOiJwcm8iLCJjaGF0Z3B0X3VzZXJfaWQiOiJ1c2VyLTEiLCJjaGF0Z3B0X2FjY291bnRfaWQiOiJhY2N0XzEyMyJ9LCJqdGkiOiJpZC0yIn0.c2ln",` +
	`"access_token":"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJleHAiOjQxMDI0NDQ4MDAsImp0aSI6ImFjY2Vzcy0yIn0.c2ln","refresh_token":"refresh-login"}`

// answersOf is what the recording's server answered: the recordings hold the
// requests, and the names say what was answered to them.
func answersOf(name string) *serverScript {
	s := &serverScript{
		code:  answer(200, `{"device_auth_id":"dev-1","user_code":"ABCD-1234","interval":"1"}`),
		polls: []reply{pendingReply, pendingReply, grantReply},
		token: answer(200, recordedTokens),
	}
	before := func(twice reply) { s.polls = append([]reply{twice, twice}, s.polls...) }
	switch name {
	case "usercode-404":
		s.code = answer(404, "")
	case "usercode-500":
		s.code = answer(500, "")
	case "usercode-garbage":
		s.code = answer(200, "garbage")
	case "usercode-interval-number":
		s.code.body = strings.Replace(s.code.body, `"1"`, "1", 1)
	case "usercode-interval-missing":
		s.code.body = `{"device_auth_id":"d","user_code":"X-1"}`
	case "usercode-spelled-usercode":
		s.code.body = `{"device_auth_id":"d","usercode":"X-1","interval":"1"}`
	case "poll-403-twice":
		before(answer(403, ""))
	case "poll-404-twice":
		before(answer(404, ""))
	case "poll-403-access_denied":
		before(answer(403, `{"error":"access_denied"}`))
	case "poll-400":
		s.polls = []reply{answer(400, "")}
	case "poll-401":
		s.polls = []reply{answer(401, "")}
	case "poll-429":
		s.polls = append([]reply{answer(429, "")}, s.polls...)
	case "poll-500":
		s.polls = append([]reply{answer(500, "")}, s.polls...)
	case "exchange-400":
		s.token = answer(400, `{"error":"invalid_grant","error_description":"bad code"}`)
	}
	return s
}

// morePatient are the recordings in which Codex gives a sign-in up that can
// still be made: Device waits for a server that is busy or broken for a moment.
var morePatient = map[string]bool{"poll-429": true, "poll-500": true}

// TestDeviceAsRecorded sends what Codex sent, answer for answer, and stores
// what Codex stored.
func TestDeviceAsRecorded(t *testing.T) {
	data := files.Read(t, "testdata/device.json")
	var cases []deviceCase
	must.Do(t, json.Unmarshal(data, &cases))
	if len(cases) != 16 {
		t.Fatalf("%d recordings, want 16", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { replayDevice(t, c) })
		})
	}
}

func replayDevice(t *testing.T, c deviceCase) {
	s := answersOf(c.Name)
	const issuer = "https://issuer.example"
	cfg := authority.Config{Issuer: issuer, ClientID: c.ClientID, HTTP: &http.Client{Transport: s}}
	if c.DefaultIssuer {
		cfg.Issuer = ""
	}
	var shown []DeviceCode
	signIn, err := runDevice(t, s, Device{
		Authority: authority.New(cfg), Show: func(d DeviceCode) { shown = append(shown, d) },
	})
	if morePatient[c.Name] {
		if c.Succeeds || err != nil || len(s.sent()) <= len(c.Requests) {
			t.Errorf("no longer an exception: Codex succeeds %t, error %v", c.Succeeds, err)
		}
		return
	}
	if (err == nil) != c.Succeeds {
		t.Errorf("error %v, Codex succeeds %t", err, c.Succeeds)
	}
	if page := strings.TrimSuffix(cfg.Issuer, "/") + "/codex/device"; len(shown) > 0 && !strings.HasSuffix(shown[0].Page, page) {
		t.Errorf("page %s", shown[0].Page)
	}
	sent := s.sent()
	if len(sent) != len(c.Requests) {
		t.Fatalf("%d requests, Codex sent %d: %+v", len(sent), len(c.Requests), sent)
	}
	for i, want := range c.Requests {
		got, body := sent[i], strings.ReplaceAll(want.Body, "{{issuer}}", url.QueryEscape(issuer))
		same := got.body == body
		if want.ContentType == "application/x-www-form-urlencoded" { // the oauth2 library sorts its forms
			same = sameForm(t, got.body, body)
		}
		if got.method != want.Method || got.path != want.Path || got.kind != want.ContentType || !same || got.named {
			t.Errorf("request %d:\ngot  %+v\nwant %s %s %s %s", i, got, want.Method, want.Path, want.ContentType, body)
		}
	}
	if c.Succeeds {
		sameStored(t, signIn, strings.ReplaceAll(c.Stored, "{{issuer}}", issuer))
	}
}

func sameForm(t *testing.T, a, b string) bool {
	t.Helper()
	x, errX := url.ParseQuery(a)
	y, errY := url.ParseQuery(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}

// sameStored compares the auth.json byte by byte but for what is random or now.
func sameStored(t *testing.T, snapshot *auth.Snapshot, want string) {
	t.Helper()
	got := regexp.MustCompile(`"login_owner_id": "[\w-]{43}"`).ReplaceAllString(string(snapshot.Encode()), `"login_owner_id": "{{random43}}"`)
	got = regexp.MustCompile(`"last_refresh": "[^"]+"`).ReplaceAllString(got, `"last_refresh": "{{recent}}"`)
	if got != want {
		t.Errorf("stored\n%s\nCodex stored\n%s", got, want)
	}
}
