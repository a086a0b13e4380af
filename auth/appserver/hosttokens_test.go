package appserver_test

import (
	"strings"
	"testing"

	"rekey/auth"
	"rekey/auth/appserver"
	"rekey/internal/box"
)

// TestHostTokens hands tokens over, has them refused and is asked for new ones.
func TestHostTokens(t *testing.T) {
	a := refusing()
	p := initialized(t, &appserver.Server{Home: newHome(t, nil, a), HostTokens: true})
	token := func(n string) string {
		return box.JWT(map[string]any{"exp": 4102444800, "email": "host@example.com", "jti": n})
	}
	m := p.ask(`{"id":1,"method":"account/login/start","params":{"type":"chatgptAuthTokens","accessToken":"` + token("1") +
		`","chatgptAccountId":"acct_1","chatgptPlanType":"plus"}}`)
	if string(m.Result) != `{"type":"chatgptAuthTokens"}` {
		t.Fatalf("got %s", m.line)
	}
	if got := p.notes(2)[1]; got != `account/updated {"authMode":"chatgptAuthTokens","planType":"plus"}` {
		t.Errorf("got %s", got)
	}
	// A forced refresh asks nobody, as with Codex.
	m = p.ask(`{"id":2,"method":"getAuthStatus","params":{"includeToken":true,"refreshToken":true}}`)
	if !strings.Contains(string(m.Result), token("1")) {
		t.Errorf("got %s", m.line)
	}
	if m := p.ask(`{"id":3,"method":"account/login/start","params":{"type":"apiKey","apiKey":"sk-fake"}}`); m.Error == nil ||
		!strings.HasPrefix(m.Error.Message, "External auth is active.") {
		t.Errorf("got %s", m.line)
	}
	p.send(`{"id":4,"method":"rekey/recover","params":{}}`)
	ask := p.next()
	if ask.Method != "account/chatgptAuthTokens/refresh" || string(ask.Params) != `{"reason":"unauthorized","previousAccountId":"acct_1"}` {
		t.Fatalf("the server asked %s", ask.line)
	}
	p.send(`{"id":` + string(ask.ID) + `,"result":{"accessToken":"` + token("2") + `","chatgptAccountId":"acct_1","chatgptPlanType":"pro"}}`)
	if m := p.next(); string(m.Result) != `{"step":"refreshed"}` {
		t.Errorf("got %s", m.line)
	}
	m = p.ask(`{"id":5,"method":"getAuthStatus","params":{"includeToken":true}}`)
	if !strings.Contains(string(m.Result), token("2")) {
		t.Errorf("got %s", m.line)
	}
	if m := p.ask(`{"id":6,"method":"rekey/recover","params":{}}`); string(m.Result) != `{"step":"done"}` {
		t.Errorf("asked a second time: %s", m.line)
	}
	if m := p.ask(`{"id":7,"method":"account/logout"}`); string(m.Result) != `{}` {
		t.Errorf("logout: %s", m.line)
	}
	p.notes(1)
	if m := p.ask(`{"id":8,"method":"getAuthStatus","params":{}}`); !strings.Contains(string(m.Result), `"authMethod":null`) {
		t.Errorf("after logout: %s", m.line)
	}
	if n := a.requests(); n != 0 {
		t.Errorf("%d requests for tokens that are not ours", n)
	}
}

func TestLogout(t *testing.T) {
	h := newHome(t, signedIn(), refusing())
	p := initialized(t, &appserver.Server{Home: h})
	if m := p.ask(`{"id":1,"method":"account/logout"}`); string(m.Result) != `{}` {
		t.Errorf("got %s", m.line)
	}
	if got := p.notes(1)[0]; got != `account/updated {"authMode":null,"planType":null}` {
		t.Errorf("got %s", got)
	}
	if st := h.manager.State(); st.Status != auth.StatusSignedOut {
		t.Errorf("state %q", st.Status)
	}
}

// TestLogoutOfStoredHostTokens: there is no host program to give them back to.
func TestLogoutOfStoredHostTokens(t *testing.T) {
	stored := box.AuthJSON(box.WithMode("chatgptAuthTokens"))
	h := newHome(t, stored, refusing())
	p := initialized(t, &appserver.Server{Home: h, HostTokens: true})
	if m := p.ask(`{"id":1,"method":"account/logout"}`); string(m.Result) != `{}` {
		t.Errorf("got %s", m.line)
	}
	if st := h.manager.State(); st.Status != auth.StatusSignedOut {
		t.Errorf("state %q", st.Status)
	}
}
