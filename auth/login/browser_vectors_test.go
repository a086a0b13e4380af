package login

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"rekey/auth/authority"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// browserCase is one recording of Codex 0.169's "codex login": what the browser
// brought, what Codex answered, asked and stored.
type browserCase struct {
	Name                 string
	Method, Host, Target string
	Status               int
	Ends                 string // "succeeds", "fails" or "waits"
	Workspaces           []string
	Requests             []struct {
		Path, Body  string
		ContentType string `json:"content_type"`
	}
	Stored string
}

// stricter are the recordings in which Rekey does something else than Codex on
// purpose: what it answers, how the flow stands then and what it has asked.
var stricter = map[string]struct {
	status   int
	ends     string
	requests int
}{
	"callback-duplicate-code":         {400, "waits", 0}, // Codex takes the last
	"GET-success-without-login":       {404, "waits", 0}, // Codex ends with success, signed out
	"POST-callback":                   {405, "waits", 0},
	"exchange-200-id_token-not-a-jwt": {200, "fails", 1}, // Codex asks for an API key before it looks
}

// TestBrowserAsRecorded brings to the flow what was brought to Codex, and wants
// the same requests and the same auth.json. The page that ends a flow is the
// answer to the callback itself, where Codex redirects to one of its own with
// the ID token in the address.
func TestBrowserAsRecorded(t *testing.T) {
	t.Parallel()
	data := files.Read(t, "testdata/browser.json")
	var cases []browserCase
	must.Do(t, json.Unmarshal(data, &cases))
	if len(cases) != 28 {
		t.Fatalf("%d recordings, want 28", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			replayBrowser(t, c)
		})
	}
}

func replayBrowser(t *testing.T, c browserCase) {
	var mu sync.Mutex // guards forms
	var forms []string
	issuerURL := issuer(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/oauth/revoke" {
			return // of what is not kept
		}
		mu.Lock()
		forms = append(forms, r.URL.Path+" "+r.Header.Get("Content-Type")+" "+string(body))
		mu.Unlock()
		if named := r.Header.Get("User-Agent") + r.Header.Get("Originator"); named != "" {
			t.Errorf("the request names %s", named)
		}
		status, answer := exchangeAnswer(c, strings.Contains(string(body), "token-exchange"))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	})
	f := run(t, Browser{Authority: authority.New(authority.Config{Issuer: issuerURL}), Workspaces: c.Workspaces})
	own := parse(t, f.at("/", nil))
	target := own.Scheme + "://" + own.Host + strings.ReplaceAll(c.Target, "{{state}}", url.QueryEscape(f.state()))
	got := do(t, c.Method, target, "Host", c.Host+":"+own.Port())

	status, ends, requests := c.Status, c.Ends, len(c.Requests)
	if status == http.StatusFound {
		status = http.StatusOK
	}
	if s, ok := stricter[c.Name]; ok {
		if s.status == status && s.ends == ends && s.requests == requests {
			t.Error("this is no exception")
		}
		status, ends, requests = s.status, s.ends, s.requests
	}
	if got.status != status {
		t.Errorf("answered %d, want %d: %s", got.status, status, got.body)
	}
	wantEnd(t, f, ends)
	mu.Lock()
	defer mu.Unlock()
	if len(forms) != requests {
		t.Fatalf("%d requests, want %d: %q", len(forms), requests, forms)
	}
	for i, form := range forms {
		want := strings.ReplaceAll(c.Requests[i].Body, "1455", own.Port())
		parts := strings.SplitN(form, " ", 3)
		if verifier := parameter(t, parts[2], "code_verifier"); verifier != "" {
			want = strings.ReplaceAll(want, "{{code_verifier}}", verifier)
		}
		if parts[0] != c.Requests[i].Path || parts[1] != c.Requests[i].ContentType || !sameForm(t, parts[2], want) {
			t.Errorf("request %d:\ngot  %s\nwant %s", i, form, want)
		}
	}
	if ends == "succeeds" {
		sameStored(t, f.signIn, strings.ReplaceAll(c.Stored, authority.DefaultIssuer, issuerURL))
	}
}

// TestOddCallbacks: what Codex 0.171 takes for the right callback too.
func TestOddCallbacks(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		more    string
		headers []string
	}{
		"another parameter's bad escape": {"&x=%zz", nil},
		"an escape that is cut off":      {"&x=%", nil},
		"another parameter's semicolon":  {"&scope=openid;email", nil},
		"no UTF-8":                       {"&x=%ff", nil},
		"a developer's cookies":          {"", []string{"Cookie", "a=" + strings.Repeat("x", 60<<10)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			granted := issuer(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, tokenBody) })
			f := run(t, Browser{Authority: clientOf(granted)})
			open(t, f.callback("code", "c")+tt.more, tt.headers...)
			if err := f.end(t); err != nil {
				t.Errorf("error %v", err)
			}
		})
	}
}

// wantEnd compares how the flow stands after the request.
func wantEnd(t *testing.T, f *flow, want string) {
	t.Helper()
	if want == "waits" {
		f.running(t)
		return
	}
	if err := f.end(t); (err == nil) != (want == "succeeds") {
		t.Errorf("the flow ended with %v, want that it %s", err, want)
	}
}

func parameter(t *testing.T, form, name string) string {
	t.Helper()
	values := must.Get(url.ParseQuery(form))(t)
	return values.Get(name)
}

// exchangeAnswer is what the recording's server answered to an exchange: what
// Codex stored tells it, else the case's name.
func exchangeAnswer(c browserCase, forKey bool) (int, string) {
	token := func(name string) string {
		if m := regexp.MustCompile(`"` + name + `": "([^"]+)"`).FindStringSubmatch(c.Stored); m != nil {
			return m[1]
		}
		return ""
	}
	if forKey {
		if key := token("OPENAI_API_KEY"); key != "" {
			return 200, fmt.Sprintf(`{"access_token":%q}`, key)
		}
		return 401, `{"error":{"code":"no_org"}}`
	}
	switch c.Name {
	case "exchange-400":
		return 400, `{"error":"invalid_grant","error_description":"code was used"}`
	case "exchange-401-code":
		return 401, `{"error":{"code":"bad_code","message":"no"}}`
	case "exchange-500-html":
		return 500, "<html>oops</html>"
	case "exchange-200-without-id_token":
		return 200, `{"access_token":"a","refresh_token":"r"}`
	case "exchange-200-no-refresh_token":
		return 200, fmt.Sprintf(`{"access_token":"a","id_token":%q}`, fakeIDToken)
	case "exchange-200-id_token-not-a-jwt":
		return 200, `{"access_token":"a","refresh_token":"r","id_token":"zzz"}`
	case "forced-workspace-mismatch":
		return 200, tokenBody
	}
	return 200, fmt.Sprintf(`{"id_token":%q,"access_token":%q,"refresh_token":%q}`,
		token("id_token"), token("access_token"), token("refresh_token"))
}
