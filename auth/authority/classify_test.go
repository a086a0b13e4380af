package authority

import (
	"encoding/json"
	"strings"
	"testing"

	"rekey/auth"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// TestClassify has what the recordings, which the app-server's tests replay, do
// not tell: reasons, codes and bodies made to mislead.
func TestClassify(t *testing.T) {
	const reused = `"refresh_token_reused"`
	for name, tt := range map[string]struct {
		status int
		body   string
		reason auth.Reason // "" for transient
		code   string
	}{
		"expired":                         {400, `{"error":{"code":"refresh_token_expired"}}`, auth.ReasonExpired, "refresh_token_expired"},
		"reused":                          {403, `{"error":` + reused + `}`, auth.ReasonReused, "refresh_token_reused"},
		"revoked":                         {500, `{"code":"refresh_token_invalidated"}`, auth.ReasonRevoked, "refresh_token_invalidated"},
		"capital letters":                 {400, `{"error":"REFRESH_TOKEN_Reused"}`, auth.ReasonReused, "refresh_token_reused"},
		"a letter that folds to k":        {400, "{\"error\":\"refresh_to\u212aen_reused\"}", "", ""},
		"invalid_grant, 400":              {400, `{"error":"invalid_grant"}`, auth.ReasonInvalidGrant, "invalid_grant"},
		"invalid_grant, 401":              {401, `{"error":{"code":"invalid_grant"}}`, auth.ReasonInvalidGrant, "invalid_grant"},
		"invalid_grant, 403":              {403, `{"error":"invalid_grant"}`, "", "invalid_grant"},
		"401 that names the token":        {401, `{"error":{"code":"refresh_token_invalidated"}}`, auth.ReasonRevoked, "refresh_token_invalidated"},
		"401 without a body":              {401, ``, auth.ReasonUnauthorized, ""},
		"401 of a captive portal":         {401, `<html>Welcome to our hotel</html>`, auth.ReasonUnauthorized, ""},
		"401 with another code":           {401, `{"error":"invalid_client"}`, auth.ReasonUnauthorized, "invalid_client"},
		"string error hides code":         {400, `{"error":"zzz","code":` + reused + `}`, "", "zzz"},
		"empty error does not":            {400, `{"error":"","code":` + reused + `}`, auth.ReasonReused, "refresh_token_reused"},
		"blank inner code does not":       {400, `{"error":{"code":" \u00a0\t"},"code":` + reused + `}`, auth.ReasonReused, "refresh_token_reused"},
		"numeric error does not":          {400, `{"error":7,"code":` + reused + `}`, auth.ReasonReused, "refresh_token_reused"},
		"duplicates, the last wins":       {400, `{"error":` + reused + `,"error":"zzz"}`, "", "zzz"},
		"duplicate code inside":           {400, `{"error":{"code":"zzz","code":` + reused + `}}`, auth.ReasonReused, "refresh_token_reused"},
		"names are case-sensitive":        {400, `{"Error":` + reused + `}`, "", ""},
		"name with an escape":             {400, `{"\u0065rror":` + reused + `}`, auth.ReasonReused, "refresh_token_reused"},
		"trailing garbage":                {400, `{"error":` + reused + `}x`, "", ""},
		"two objects":                     {400, `{"error":` + reused + `}{}`, "", ""},
		"byte order mark":                 {400, "\ufeff {\"error\":" + reused + "}", auth.ReasonReused, "refresh_token_reused"},
		"two byte order marks":            {400, "\ufeff\ufeff{\"error\":" + reused + "}", "", ""},
		"a form feed and a hard space":    {400, "\f{\"error\":" + reused + "}\u00a0", auth.ReasonReused, "refresh_token_reused"},
		"byte order mark after a space":   {400, " \ufeff{\"error\":" + reused + "}", "", ""},
		"a vertical tab":                  {400, "\v{\"error\":" + reused + "}", auth.ReasonReused, "refresh_token_reused"},
		"lone first surrogate":            {400, `{"x":"\ud800","error":` + reused + `}`, "", ""},
		"lone second surrogate":           {400, `{"x":"\udc00","error":` + reused + `}`, "", ""},
		"first surrogate at the end":      {400, `{"error":` + reused + `,"x":"a\ud83d"}`, "", ""},
		"as deep as Codex reads":          {400, `{"error":` + reused + `,"x":` + strings.Repeat("[", 126) + strings.Repeat("]", 126) + `}`, auth.ReasonReused, "refresh_token_reused"},
		"deeper":                          {400, `{"error":` + reused + `,"x":` + strings.Repeat("[", 127) + strings.Repeat("]", 127) + `}`, "", ""},
		"two first surrogates":            {400, `{"x":"\ud83d\ud83d","error":` + reused + `}`, "", ""},
		"surrogate pair":                  {400, `{"x":"\ud83d\ude00","error":` + reused + `}`, auth.ReasonReused, "refresh_token_reused"},
		"escaped backslash before u":      {400, `{"x":"\\ud800","error":` + reused + `}`, auth.ReasonReused, "refresh_token_reused"},
		"code with control characters":    {400, `{"error":"a\nb"}`, "", ""},
		"code with another alphabet":      {400, `{"error":"<script>"}`, "", ""},
		"code that is too long":           {400, `{"error":"` + strings.Repeat("a", maxCode+1) + `"}`, "", ""},
		"code that is just short enough":  {400, `{"error":"` + strings.Repeat("a", maxCode) + `"}`, "", strings.Repeat("a", maxCode)},
		"a redirect is no success":        {302, ``, "", ""},
		"an informational is no success":  {101, `{}`, "", ""},
		"a status beyond the known range": {999, `{"error":"x"}`, "", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			_, failure := classify(tt.status, []byte(tt.body))
			if failure == nil {
				t.Fatal("classified as a success")
			}
			want := auth.RefreshError{Permanent: tt.reason != "", Reason: tt.reason, Status: tt.status, Code: tt.code}
			if *failure != want {
				t.Errorf("got %+v, want %+v", *failure, want)
			}
		})
	}
}

// TestErrorCodeNotUTF8: bytes that are not text are replaced, and may stand in
// strings.
func TestErrorCodeNotUTF8(t *testing.T) {
	for body, want := range map[string]string{
		"{\"error\":\"refresh_token_reused\xff\"}":            "refresh_token_reused\ufffd",
		"{\"x\":\"\xff\",\"error\":\"refresh_token_reused\"}": "refresh_token_reused",
		"{\"error\":\xff,\"code\":\"refresh_token_reused\"}":  "",
		"\xff\xfe{\"code\":\"refresh_token_reused\"}":         "",
		"\xff": "",
	} {
		if code := errorCode([]byte(body)); code != want {
			t.Errorf("errorCode(%q) = %q, want %q", body, code, want)
		}
	}
}

func TestParseTokens(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want string // access token, "-" for none, "!" for an error
	}{
		"given":                            {`{"access_token":"a"}`, "a"},
		"missing":                          {`{}`, "-"},
		"null":                             {`{"access_token":null}`, "-"},
		"empty is given":                   {`{"access_token":""}`, ""},
		"an error beside it is ignored":    {`{"error":"x","access_token":"a"}`, "a"},
		"unknown members of any kind":      {`{"x":[{}],"expires_in":"soon","access_token":"a"}`, "a"},
		"lone surrogate in an unknown":     {`{"x":"\ud800","access_token":"a"}`, "a"},
		"names are case-sensitive":         {`{"Access_Token":"a"}`, "-"},
		"the last duplicate wins":          {`{"access_token":"b","access_token":"a"}`, "a, tolerated"},
		"byte order mark":                  {"\ufeff{\"access_token\":\"a\"}", "a, tolerated"},
		"number":                           {`{"access_token":1}`, "!"},
		"object":                           {`{"access_token":{}}`, "!"},
		"wrong type of another":            {`{"access_token":"a","refresh_token":false}`, "!"},
		"lone surrogate in a token":        {`{"access_token":"\ud800"}`, "!"},
		"invalid UTF-8 in a token":         {"{\"access_token\":\"\xff\"}", "!"},
		"trailing garbage":                 {`{"access_token":"a"} x`, "!"},
		"array":                            {`[{"access_token":"a"}]`, "!"},
		"array of all three":               {`[null,"a","r"]`, "a"},
		"array of three objects":           {`[{},{},{}]`, "!"},
		"array of four":                    {`[null,"a","r",null]`, "!"},
		"string":                           {`"a"`, "!"},
		"null body":                        {`null`, "!"},
		"empty body":                       {``, "!"},
		"half":                             {`{"access_token":"a"`, "!"},
		"a form, as RFC 6749 never had it": {`access_token=a`, "!"},
	} {
		t.Run(name, func(t *testing.T) {
			tokens, err := parseTokens([]byte(tt.body))
			got := "-"
			switch {
			case err != nil:
				got = "!"
			case tokens.AccessToken != nil:
				got = tokens.AccessToken.Reveal()
			}
			if tokens.Tolerated != nil {
				got += ", tolerated"
			}
			if got != tt.want {
				t.Errorf("got %q, want %q (error %v)", got, tt.want, err)
			}
		})
	}
}

// FuzzClassify: no body makes classify panic, invent a token or show what it
// was sent, and a refusal always has its reason.
func FuzzClassify(f *testing.F) {
	for _, a := range recordedAnswers(f) {
		f.Add(a.Status, []byte(a.Body))
	}
	f.Add(400, []byte(`{"error":"\ud83d\ude00"}`))
	f.Add(200, []byte(`{"access_token":"\`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		tokens, failure := classify(status, body)
		switch {
		case failure == nil && !success(status):
			t.Errorf("status %d became a success", status)
		case failure == nil:
			for _, secret := range []*auth.Secret{tokens.IDToken, tokens.AccessToken, tokens.RefreshToken} {
				if secret != nil && len(secret.Reveal()) > len(body) {
					t.Errorf("a token is longer than the answer")
				}
			}
		case tokens != auth.TokenResponse{}:
			t.Error("a failure with tokens")
		case failure.Permanent != (failure.Reason != ""):
			t.Errorf("permanent %t with reason %q", failure.Permanent, failure.Reason)
		case failure.Permanent != (status == 401) && !failure.Reason.NamesToken():
			t.Errorf("status %d, reason %q", status, failure.Reason)
		case strings.Trim(failure.Code, "abcdefghijklmnopqrstuvwxyz0123456789_.-") != "" || len(failure.Code) > maxCode:
			t.Errorf("unsafe code %q", failure.Code)
		}
	})
}

// recordedAnswer is one that the real Codex was given.
type recordedAnswer struct {
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
}

// recordedAnswers are those of the app-server's recordings, whose replay shows what
// becomes of each. A body that is a JSON string stays quoted.
func recordedAnswers(t testing.TB) (all []recordedAnswer) {
	t.Helper()
	data := files.Read(t, "../appserver/testdata/vectors/classification.json")
	var cases []struct {
		Given struct{ Authority json.RawMessage }
	}
	must.Do(t, json.Unmarshal(data, &cases))
	for _, c := range cases {
		var answers []recordedAnswer
		if json.Unmarshal(c.Given.Authority, &answers) == nil { // some are a refused connection
			all = append(all, answers...)
		}
	}
	return all
}
