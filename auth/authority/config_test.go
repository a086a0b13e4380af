package authority

import (
	"strings"
	"testing"

	"rekey/auth"
	"rekey/test/kit/must"
)

func TestConfigFromEnv(t *testing.T) {
	env := map[string]string{
		"CODEX_REFRESH_TOKEN_URL_OVERRIDE": "http://127.0.0.1:1/a",
		"CODEX_REVOKE_TOKEN_URL_OVERRIDE":  "http://127.0.0.1:1/b",
		"CODEX_APP_SERVER_LOGIN_CLIENT_ID": "cid",
		"CODEX_APP_SERVER_LOGIN_ISSUER":    "https://issuer.example/",
	}
	cfg := ConfigFromEnv(func(name string) string { return env[name] })
	if cfg.RefreshURL != "http://127.0.0.1:1/a" || cfg.RevokeURL != "http://127.0.0.1:1/b" {
		t.Errorf("got %+v", cfg)
	}
	if got, want := New(cfg).Provenance(), (auth.Provenance{Issuer: "https://issuer.example", ClientID: "cid"}); got != want {
		t.Errorf("Provenance() = %+v, want %+v", got, want)
	}
	none := New(ConfigFromEnv(func(string) string { return "" }))
	if got, want := none.Provenance(), (auth.Provenance{Issuer: DefaultIssuer, ClientID: DefaultClientID}); got != want {
		t.Errorf("without variables: Provenance() = %+v, want %+v", got, want)
	}
}

// TestHeadersCannotBeInjected: a program's name comes from a client of the
// app-server and may hold anything.
func TestHeadersCannotBeInjected(t *testing.T) {
	server := serve(t, text(response(200, `{}`)))
	client := New(Config{RefreshURL: server.url, Originator: "a\r\nX-Evil: 1", UserAgent: "b\r\nX-Evil: 1"})
	must.Get(client.Refresh(t.Context(), testRequest))(t)
	request := server.seen()[0]
	if strings.Contains(request, "Evil") || !strings.Contains(request, "\r\nOriginator: "+DefaultOriginator+"\r\n") {
		t.Errorf("got %q", request)
	}
}
