package box

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rekey/test/kit/must"
)

const (
	verifier    = "verifier-verifier-verifier-verifier-verifier"
	redirectURI = "http://127.0.0.1:1455/auth/callback"
)

// authorizeQuery is what Codex sends, changed by pairs of name and value.
func authorizeQuery(changes ...string) url.Values {
	q := url.Values{
		"response_type": {"code"}, "client_id": {CodexClientID}, "redirect_uri": {redirectURI},
		"code_challenge": {challengeOf(verifier)}, "code_challenge_method": {"S256"}, "state": {"st&te"},
		"scope": {"openid profile email offline_access"}, "id_token_add_organizations": {"true"},
		"codex_cli_simplified_flow": {"true"}, "originator": {"test"},
	}
	for i := 0; i < len(changes); i += 2 {
		q.Set(changes[i], changes[i+1])
	}
	return q
}

func codeForm(code string, changes ...string) url.Values {
	form := url.Values{
		"grant_type": {GrantCode}, "client_id": {CodexClientID}, "code": {code},
		"redirect_uri": {redirectURI}, "code_verifier": {verifier},
	}
	for i := 0; i < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
	}
	return form
}

// browse opens the authorization endpoint and returns where it leads.
func browse(t *testing.T, s *Server, q url.Values) (answer, url.Values) {
	t.Helper()
	a := send(t, http.MethodGet, s.Issuer()+"/oauth/authorize?"+q.Encode(), "", "")
	location := must.Get(url.Parse(a.header.Get("Location")))(t)
	return a, location.Query()
}

func TestAuthorize(t *testing.T) {
	s := start(t, Config{})
	for name, tt := range map[string]struct {
		changes    []string
		wantStatus int
		wantError  string
	}{
		"Codex's request":     {nil, 302, ""},
		"localhost":           {[]string{"redirect_uri", "http://localhost:1457/auth/callback"}, 302, ""},
		"IPv6":                {[]string{"redirect_uri", "http://[::1]:1457/x?y=z"}, 302, ""},
		"another client":      {[]string{"client_id", "x"}, 400, ""},
		"no redirect":         {[]string{"redirect_uri", ""}, 400, ""},
		"plain challenge":     {[]string{"code_challenge_method", "plain"}, 302, "invalid_request"},
		"short challenge":     {[]string{"code_challenge", "abc"}, 302, "invalid_request"},
		"no state":            {[]string{"state", ""}, 302, "invalid_request"},
		"another kind":        {[]string{"response_type", "token"}, 302, "unsupported_response_type"},
		"the user says no":    {[]string{"decision", "deny"}, 302, "access_denied"},
		"an unknown decision": {[]string{"decision", "x"}, 302, ""},
	} {
		t.Run(name, func(t *testing.T) {
			q := authorizeQuery(tt.changes...)
			a, back := browse(t, s, q)
			if a.status != tt.wantStatus || back.Get("error") != tt.wantError {
				t.Errorf("got %d %v, want %d %q", a.status, back, tt.wantStatus, tt.wantError)
			}
			if a.status != http.StatusFound {
				return
			}
			target, _, _ := strings.Cut(q.Get("redirect_uri"), "?")
			if !strings.HasPrefix(a.header.Get("Location"), target+"?") || back.Get("state") != q.Get("state") {
				t.Errorf("led to %s", a.header.Get("Location"))
			}
			if (back.Get("code") != "") != (tt.wantError == "") {
				t.Errorf("code: %q", back.Get("code"))
			}
		})
	}
}

func TestCodeExchange(t *testing.T) {
	c := newClock()
	for name, tt := range map[string]struct {
		changes []string
		want    string
	}{
		"Codex's request":       {nil, ""},
		"wrong verifier":        {[]string{"code_verifier", verifier + "x"}, "invalid_grant"},
		"no verifier":           {[]string{"code_verifier", ""}, "invalid_grant"},
		"another redirect":      {[]string{"redirect_uri", "http://localhost:1455/auth/callback"}, "invalid_grant"},
		"another client":        {[]string{"client_id", "x"}, "invalid_client"},
		"an unknown code":       {[]string{"code", "x"}, "invalid_grant"},
		"another grant's place": {[]string{"grant_type", GrantExchange}, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, Config{Account: Grace(), Now: c.Now})
			_, back := browse(t, s, authorizeQuery())
			a := postForm(t, s.TokenURL(), codeForm(back.Get("code"), tt.changes...))
			if a.code() != tt.want {
				t.Fatalf("got %d %s, want %q", a.status, a.body, tt.want)
			}
			if tt.want != "" {
				return
			}
			checkClaims(t, claims(t, a.field(t, "id_token")), Grace(), c.Now(), c.Now().Add(DefaultAccessLife))
			if !s.Works(a.field(t, "refresh_token")) {
				t.Error("the refresh token does not work")
			}
			if again := postForm(t, s.TokenURL(), codeForm(back.Get("code"))); again.code() != "invalid_grant" {
				t.Errorf("the code worked twice: %d", again.status)
			}
		})
	}
}

func TestAFailedExchangeUsesTheCodeUp(t *testing.T) {
	s := start(t, Config{})
	_, back := browse(t, s, authorizeQuery())
	postForm(t, s.TokenURL(), codeForm(back.Get("code"), "code_verifier", strings.Repeat("x", 43)))
	if a := postForm(t, s.TokenURL(), codeForm(back.Get("code"))); a.code() != "invalid_grant" {
		t.Errorf("got %d %s", a.status, a.body)
	}
}

func TestApprovalPage(t *testing.T) {
	s := start(t, Config{ApprovalPage: true})
	s.SetAccount(Account{Email: "<b>@example.com"})
	a, _ := browse(t, s, authorizeQuery())
	if a.status != http.StatusOK || !strings.Contains(string(a.body), "&lt;b&gt;@example.com") {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	for id, want := range map[string]string{"approve": "code", "deny": "error"} {
		link := between(t, string(a.body), `<a href="`, `" id="`+id)
		link = link[strings.LastIndex(link, `"`)+1:]
		target := s.Issuer() + strings.ReplaceAll(link, "&amp;", "&")
		got := send(t, http.MethodGet, target, "", "")
		location, err := url.Parse(got.header.Get("Location"))
		if err != nil || location.Query().Get(want) == "" || location.Query().Get("state") != "st&te" {
			t.Errorf("%s led to %s, %v", id, location, err)
		}
	}
}

func between(t *testing.T, text, before, after string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, before)
	found, _, ok2 := strings.Cut(rest, after)
	if !ok || !ok2 {
		t.Fatalf("%q … %q is not in %s", before, after, text)
	}
	return found
}

func TestExchangeOfTheIDToken(t *testing.T) {
	form := url.Values{
		"grant_type": {GrantExchange}, "client_id": {CodexClientID}, "requested_token": {"openai-api-key"},
		"subject_token": {"an ID token"}, "subject_token_type": {"urn:ietf:params:oauth:token-type:id_token"},
	}
	for name, tt := range map[string]struct{ key, want string }{
		"refused": {"", "access_denied"}, "granted": {"sk-fake", ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := postForm(t, start(t, Config{APIKey: tt.key}).TokenURL(), form)
			if a.code() != tt.want || a.field(t, "access_token") != tt.key {
				t.Errorf("got %d %s", a.status, a.body)
			}
		})
	}
}

func TestWorkspaces(t *testing.T) {
	s := start(t, Config{})
	tokens := s.Issue(Ada())
	for name, tt := range map[string]struct {
		bearer string
		want   int
	}{"known": {tokens.AccessToken, 200}, "unknown": {"x", 401}, "refresh token of nobody": {"", 401}} {
		t.Run(name, func(t *testing.T) {
			r := must.Get(http.NewRequestWithContext(t.Context(), http.MethodGet, s.BackendURL()+"/wham/accounts/check", nil))(t)
			r.Header.Set("Authorization", "Bearer "+tt.bearer)
			resp := must.Get(client(t).Do(r))(t)
			defer resp.Body.Close()
			if resp.StatusCode != tt.want {
				t.Errorf("got %d, want %d", resp.StatusCode, tt.want)
			}
		})
	}
}
