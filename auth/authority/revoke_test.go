package authority

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit/must"
)

func TestRevokeRequest(t *testing.T) {
	for name, tt := range map[string]struct {
		hint, body string
	}{
		"refresh token": {"refresh_token", `{"token":"` + testToken + `","token_type_hint":"refresh_token","client_id":"app_EMoamEEZ73f0CkXaXp7hrann"}`},
		"access token":  {"access_token", `{"token":"` + testToken + `","token_type_hint":"access_token"}`},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, text(response(200, ``)))
			client := New(Config{RevokeURL: server.url + "/oauth/revoke", Originator: "golden", UserAgent: "golden/1.0"})
			must.Do(t, client.Revoke(t.Context(), auth.NewSecret(testToken), tt.hint))
			request := server.seen()[0]
			if !strings.HasPrefix(request, "POST /oauth/revoke HTTP/1.1\r\n") || !strings.HasSuffix(request, "\r\n\r\n"+tt.body) ||
				!strings.Contains(request, "\r\nContent-Type: application/json\r\n") ||
				!strings.Contains(request, "\r\nOriginator: golden\r\n") ||
				!strings.Contains(request, "\r\nUser-Agent: golden/1.0\r\n") {
				t.Errorf("got %q", request)
			}
		})
	}
}

func TestRevokeURL(t *testing.T) {
	for name, tt := range map[string]struct {
		cfg  Config
		want string
	}{
		"default":                   {Config{}, "https://auth.openai.com/oauth/revoke"},
		"override":                  {Config{RevokeURL: "http://127.0.0.1:1/r", RefreshURL: "http://127.0.0.1:2/t"}, "http://127.0.0.1:1/r"},
		"beside the refresh":        {Config{RefreshURL: "http://127.0.0.1:2/a/b?unified=true"}, "http://127.0.0.1:2/oauth/revoke"},
		"a refresh that is no URL":  {Config{RefreshURL: "http://[::1"}, "https://auth.openai.com/oauth/revoke"},
		"a refresh without a host":  {Config{RefreshURL: "token"}, "https://auth.openai.com/oauth/revoke"},
		"the login issuer has none": {Config{Issuer: "https://login.example"}, "https://auth.openai.com/oauth/revoke"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := New(tt.cfg).revokeURL(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestRevokeFailures(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer func(net.Conn)
		want   string
	}{
		"refused":  {text(response(400, `{"error":"`+testToken+`"}`)), "the token was not revoked: the authorization server answered 400"},
		"dropped":  {func(net.Conn) {}, "the token was not revoked: it closed the connection before it had answered"},
		"no limit": {untilClosed, "the token was not revoked: it did not answer in time"},
		"redirect": {text(response(307, "", "Location: http://127.0.0.1:1/")), "the token was not revoked: the authorization server answered 307"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, tt.answer)
			client := New(Config{RevokeURL: server.url, RevokeLimit: 200 * time.Millisecond})
			err := client.Revoke(t.Context(), auth.NewSecret(testToken), "refresh_token")
			if err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if name == "no limit" && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v does not wrap context.DeadlineExceeded", err)
			}
			if n := len(server.seen()); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}
