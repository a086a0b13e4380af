package authority

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit/must"
)

// recordedAuthorizeURL is what Codex 0.169 printed, with the two random
// values replaced.
const recordedAuthorizeURL = "https://auth.openai.com/oauth/authorize?response_type=code&client_id=app_EMoamEEZ73f0CkXaXp7hrann" +
	"&redirect_uri=http%3A%2F%2F127.0.0.1%3A1455%2Fauth%2Fcallback&code_challenge=CHALLENGE&code_challenge_method=S256&state=STATE" +
	"&scope=openid+profile+email+offline_access+api.connectors.read+api.connectors.invoke&id_token_add_organizations=true" +
	"&codex_cli_simplified_flow=true&originator=codex_cli_rs"

func TestAuthorizeURL(t *testing.T) {
	a := Authorization{RedirectURI: "http://127.0.0.1:1455/auth/callback", Challenge: "CHALLENGE", State: "STATE"}
	if got := New(Config{}).AuthorizeURL(a); got != recordedAuthorizeURL {
		t.Errorf("got  %s\nwant %s", got, recordedAuthorizeURL)
	}
	a.Workspaces = []string{"acct_1", "acct 2"}
	if got, want := New(Config{}).AuthorizeURL(a), recordedAuthorizeURL+"&allowed_workspace_id=acct_1%2Cacct+2"; got != want {
		t.Errorf("with workspaces:\ngot  %s\nwant %s", got, want)
	}
	other := New(Config{Issuer: "http://127.0.0.1:1", ClientID: "cid", Originator: "o"}).AuthorizeURL(a)
	if !strings.HasPrefix(other, "http://127.0.0.1:1/oauth/authorize?response_type=code&client_id=cid&") || !strings.Contains(other, "&originator=o&") {
		t.Errorf("got %s", other)
	}
}

var testGrant = CodeGrant{
	Code: auth.NewSecret("code-fake-0123456789"), Verifier: auth.NewSecret("verifier-fake-0123456789"),
	RedirectURI: "http://127.0.0.1:1455/auth/callback",
}

func exchange(ctx context.Context, s *scripted, limit time.Duration) (Tokens, error) {
	return New(Config{Issuer: s.url, ExchangeLimit: limit}).Exchange(ctx, testGrant)
}

// formOf splits a recorded request and checks what both exchanges share.
func formOf(t *testing.T, request string) url.Values {
	t.Helper()
	head, body, _ := strings.Cut(request, "\r\n\r\n")
	if !strings.HasPrefix(head, "POST /oauth/token HTTP/1.1\r\n") ||
		!strings.Contains(head, "\r\nContent-Type: application/x-www-form-urlencoded") ||
		strings.Contains(head, "User-Agent") || strings.Contains(head, "Authorization") || strings.Contains(head, "Originator") {
		t.Errorf("header %q", head)
	}
	return must.Get(url.ParseQuery(body))(t)
}

func TestExchange(t *testing.T) {
	// Codex does not look at the content type.
	server := serve(t, text(response(200, `{"id_token":"i","access_token":"a","refresh_token":"r"}`, "Content-Type: text/plain")))
	got := must.Get(exchange(t.Context(), server, 0))(t)
	if got.ID.Reveal() != "i" || got.Access.Reveal() != "a" || got.Refresh.Reveal() != "r" {
		t.Error("the tokens are not those of the answer")
	}
	want := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {DefaultClientID}, "code": {"code-fake-0123456789"},
		"redirect_uri": {"http://127.0.0.1:1455/auth/callback"}, "code_verifier": {"verifier-fake-0123456789"},
	}
	if form := formOf(t, server.seen()[0]); form.Encode() != want.Encode() {
		t.Errorf("form %v, want %v", form, want)
	}
}

// TestExchangeAsCodex: which answers Codex 0.171 takes for a sign-in, and which
// it does not.
func TestExchangeAsCodex(t *testing.T) {
	const tokens = `"id_token":"i","access_token":"a","refresh_token":"r"`
	for _, tt := range []struct {
		body  string
		taken bool
	}{
		{`{` + tokens + `,"expires_in":"soon","token_type":1,"scope":[]}`, true},
		{`{` + tokens + `,"expires_in":1e400}`, true},
		{`{` + tokens + `,"error":"server_error","error_description":1}`, true},
		{`{` + tokens + `,"x":1,"x":"\ud800"}`, true},
		{`{` + tokens + `,"REFRESH_TOKEN":"other"}`, true},
		{`{` + tokens + `,"id_token":"i"}`, false},
		{`{` + tokens + `,"refresh_token":"other"}`, false},
		{`{"id_token":"i","access_token":"a","REFRESH_TOKEN":"r"}`, false},
		{`{"id_token":"i","access_token":"a","refresh_token":"r\ud800"}`, false},
		{"{\"id_token\":\"i\",\"access_token\":\"a\",\"refresh_token\":\"r\xe4\"}", false},
		{"\ufeff{" + tokens + "}", false},
		{`{` + tokens + `}x`, false},
	} {
		got, err := exchange(t.Context(), serve(t, text(response(200, tt.body))), 0)
		if (err == nil) != tt.taken || tt.taken && got.Refresh.Reveal() != "r" {
			t.Errorf("%q: taken %t, error %v", tt.body, err == nil, err)
		}
	}
}

func TestExchangeFailures(t *testing.T) {
	t.Parallel()
	const prefix = "the authorization server did not complete the sign-in: "
	const tokens = `"id_token":"secret-0123456789","access_token":"secret-0123456789"`
	for name, tt := range map[string]struct {
		answer func(net.Conn)
		status int
		code   string
		text   string
	}{
		"OAuth error":        {text(response(400, `{"error":"invalid_grant","error_description":"secret-0123456789"}`)), 400, "invalid_grant", "it answered 400 (invalid_grant)"},
		"nested error":       {text(response(401, `{"error":{"code":"bad_code","message":"secret-0123456789"}}`)), 401, "bad_code", "it answered 401 (bad_code)"},
		"HTML":               {text(response(500, `<html>secret-0123456789</html>`)), 500, "", "it answered 500"},
		"redirect":           {text(response(307, ``, "Location: http://127.0.0.1:1/")), 307, "", "it answered 307"},
		"not JSON":           {text(response(200, `secret-0123456789`)), 200, "", "its answer cannot be read"},
		"empty object":       {text(response(200, `{}`)), 200, "", "its answer lacks a token"},
		"no ID token":        {text(response(200, `{"access_token":"secret-0123456789","refresh_token":"r"}`)), 200, "", "its answer lacks a token"},
		"ID token no string": {text(response(200, `{"id_token":1,"access_token":"a","refresh_token":"r"}`)), 200, "", "its answer lacks a token"},
		"no refresh token":   {text(response(200, `{`+tokens+`}`)), 200, "", "its answer lacks a token"},
		"10 MiB":             {text(response(200, `{"x":"`+strings.Repeat("x", 10<<20)+`"}`)), 200, "", "the answer is larger than 1 MiB"},
		"dropped":            {func(net.Conn) {}, 0, "", "it closed the connection before it had answered"},
		"never":              {untilClosed, 0, "", "it did not answer in time"},
		"never, in the body": {func(c net.Conn) { text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")(c); untilClosed(c) }, 0, "", "it did not answer in time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limit := 10 * time.Second
			if strings.HasPrefix(name, "never") {
				limit = 2 * time.Second
			}
			server := serve(t, tt.answer)
			_, err := exchange(t.Context(), server, limit)
			var failure *ExchangeError
			if !errors.As(err, &failure) {
				t.Fatalf("error %v (%T), want *ExchangeError", err, err)
			}
			if failure.Status != tt.status || failure.Code != tt.code || err.Error() != prefix+tt.text {
				t.Errorf("got %+v: %v", failure, err)
			}
			for cause := error(failure); cause != nil; cause = errors.Unwrap(cause) {
				if strings.Contains(cause.Error(), "0123456789") {
					t.Errorf("%T shows a secret", cause)
				}
			}
			if n := len(server.seen()); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

func TestExchangeAPIKey(t *testing.T) {
	server := serve(t, text(response(200, `{"access_token":"sk-fake"}`)))
	key, err := New(Config{Issuer: server.url, ClientID: "cid"}).ExchangeAPIKey(t.Context(), auth.NewSecret("id-token"))
	if err != nil || key.Reveal() != "sk-fake" {
		t.Fatalf("key right: %t, error %v", key.Reveal() == "sk-fake", err)
	}
	request := server.seen()[0]
	formOf(t, request)
	const body = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&client_id=cid" +
		"&requested_token=openai-api-key&subject_token=id-token&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aid_token"
	if !strings.HasSuffix(request, "\r\n\r\n"+body) {
		t.Errorf("got %q", request)
	}
	for name, answer := range map[string]string{
		"refused": response(403, `{"error":{"code":"no_org"}}`), "refused with a key": response(403, `{"access_token":"sk-fake"}`), "no key": response(200, `{}`),
		"empty key": response(200, `{"access_token":""}`), "garbage": response(200, `x`),
		"half": "HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{",
	} {
		_, err := New(Config{Issuer: serve(t, text(answer)).url}).ExchangeAPIKey(t.Context(), auth.NewSecret("id-token"))
		if _, ok := errors.AsType[*ExchangeError](err); !ok {
			t.Errorf("%s: error %v (%T), want *ExchangeError", name, err, err)
		}
	}
}

// TestTokensDoNotPrint: what an exchange returns can be logged without harm.
func TestTokensDoNotPrint(t *testing.T) {
	data, err := json.Marshal(Tokens{ID: auth.NewSecret("fake-id"), Access: auth.NewSecret("fake-a"), Refresh: auth.NewSecret("fake-r")})
	if err != nil || strings.Contains(string(data), "fake") {
		t.Errorf("got %s, error %v", data, err)
	}
}
