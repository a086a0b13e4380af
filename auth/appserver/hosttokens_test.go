package appserver_test

import (
	"errors"
	"strings"
	"testing"

	"rekey/auth"
	"rekey/auth/appserver"
	"rekey/internal/box"
)

// handOver is the method and params that hand a host's token over. Its word for the
// plan may be in capitals.
func handOver(token string) string {
	return `"account/login/start","params":{"type":"chatgptAuthTokens","accessToken":"` + token + `","chatgptAccountId":"acct_1","chatgptPlanType":"Plus"}`
}

// hostToken is one that has not expired.
func hostToken() string { return box.JWT(map[string]any{"exp": 4102444800}) }

// TestHostTokens hands tokens over, has them refused and is asked for new ones.
func TestHostTokens(t *testing.T) {
	a := refusing()
	p := initialized(t, &appserver.Server{Home: newHome(t, nil, a), HostTokens: true})
	token := func(n string) string {
		return box.JWT(map[string]any{"exp": 4102444800, "email": "host@example.com", "jti": n})
	}
	m := p.ask(`{"id":1,"method":` + handOver(token("1")) + `}`)
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

// TestHostTokensNotAllowed: unlike stored tokens, those that a client hands over are
// refused at once where the configuration forbids them.
func TestHostTokensNotAllowed(t *testing.T) {
	h := newHome(t, signedIn(), refusing(), func(o *auth.Options) {
		o.Restriction = func(s *auth.Snapshot) error {
			if s.Kind() == auth.KindExternalTokens {
				return errors.New("not this workspace")
			}
			return nil
		}
	})
	p := initialized(t, &appserver.Server{Home: h, HostTokens: true})
	m := p.ask(`{"id":1,"method":` + handOver(hostToken()) + `}`)
	if m.Error == nil || m.Error.Code != -32600 || !strings.HasSuffix(m.Error.Message, "not this workspace") {
		t.Errorf("got %s", m.line)
	}
	if st := h.manager.State(); st.Status != auth.StatusHealthy {
		t.Errorf("state %q", st.Status)
	}
}

// TestLogoutOfHostTokens: Codex takes the user's own sign-in away too; an agent
// goes back to it.
func TestLogoutOfHostTokens(t *testing.T) {
	for name, tt := range map[string]struct {
		as    func(*auth.Options)
		wants auth.Status
	}{
		"Codex": {func(*auth.Options) {}, auth.StatusSignedOut},
		"Rekey": {ours, auth.StatusHealthy},
	} {
		h := newHome(t, signedIn(), refusing(), tt.as)
		p := initialized(t, &appserver.Server{Home: h, HostTokens: true})
		p.ask(`{"id":1,"method":` + handOver(hostToken()) + `}`)
		p.notes(2)
		if m := p.ask(`{"id":2,"method":"account/logout"}`); string(m.Result) != `{}` {
			t.Errorf("%s: %s", name, m.line)
		}
		_ = h.manager.Reload(t.Context()) // shows in the State
		if st := h.manager.State(); st.Status != tt.wants {
			t.Errorf("%s: state %q, want %q", name, st.Status, tt.wants)
		}
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
