package appserver_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"rekey/auth"
	"rekey/auth/appserver"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// serveLine sends one line and returns what Serve ended with.
func serveLine(t *testing.T, s *appserver.Server, line string) error {
	t.Helper()
	mine, theirs := net.Pipe()
	defer mine.Close()
	end := kit.Later(func() error { return s.Serve(context.Background(), theirs) })
	_, _ = mine.Write([]byte(line + "\n")) // the server may hang up in the middle
	return <-end
}

// notes reads n notifications and returns them as "method params".
func (p *peer) notes(n int) []string {
	p.t.Helper()
	var out []string
	for range n {
		m := p.next()
		out = append(out, m.Method+" "+string(m.Params))
	}
	return out
}

func TestLoginAPIKey(t *testing.T) {
	p := initialized(t, &appserver.Server{Home: newHome(t, signedIn(), refusing())})
	if m := p.ask(`{"id":1,"method":"account/login/start","params":{"type":"apiKey","apiKey":"sk-fake"}}`); string(m.Result) != `{"type":"apiKey"}` {
		t.Fatalf("got %s", m.line)
	}
	got := p.notes(2)
	want := []string{
		`account/login/completed {"loginId":null,"success":true,"error":null,"onboardingEntrypoint":null}`,
		`account/updated {"authMode":"apikey","planType":null}`,
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("notification %d: got %s want %s", i, got[i], want[i])
		}
	}
	m := p.ask(`{"id":2,"method":"getAuthStatus","params":{"includeToken":true}}`)
	if want := `{"authMethod":"apikey","authToken":"sk-fake","requiresOpenaiAuth":true}`; string(m.Result) != want {
		t.Errorf("got %s want %s", m.Result, want)
	}
}

// TestEachChangeIsToldOnce: a change of account by the connection itself is told once,
// where it ends, and one by another program at once.
func TestEachChangeIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &kit.Store{}
		h := newHome(t, nil, refusing(), func(o *auth.Options) { o.Store = store })
		p := initialized(t, &appserver.Server{Home: h, Pushes: true})
		become := func(content []byte) {
			store.Change(func(s *kit.Store) { s.Content = content })
			must.Do(t, h.manager.Reload(context.Background()))
			synctest.Wait() // whoever wants to say so has tried
		}
		told := func(want ...string) {
			t.Helper()
			for _, want := range want {
				if m := p.next(); !strings.HasPrefix(m.Method+" "+string(m.Params), want) {
					t.Fatalf("got %s want %s", m.line, want)
				}
			}
			synctest.Wait()
		}
		ask := func(line string) {
			t.Helper()
			if m := p.ask(line); m.Method != "" {
				t.Fatalf("got %s", m.line)
			}
		}
		const completed, chatgpt = "account/login/completed", `account/updated {"authMode":"chatgpt"`
		ask(`{"id":1,"method":"account/login/start","params":{"type":"chatgpt"}}`)
		become(signedIn()) // as the sign-in does before it ends
		h.signedIn <- nil
		told(completed, chatgpt)
		ask(`{"id":2,"method":"account/logout"}`)
		told(`account/updated {"authMode":null`)
		ask(`{"id":3,"method":"account/login/start","params":{"type":"apiKey","apiKey":"sk-fake"}}`)
		told(completed, `account/updated {"authMode":"apikey"`)
		become(signedIn())
		told(chatgpt)
		store.Change(func(s *kit.Store) { s.Content = []byte("half of it") })
		_ = h.manager.Reload(context.Background())
		synctest.Wait()
		become(signedIn()) // which is as before
		ask(`{"id":4,"method":"account/login/start","params":{"type":"chatgpt"}}`)
		become([]byte(`{"OPENAI_API_KEY":"sk-other"}`)) // another program, while the sign-in waits
		h.signedIn <- errors.New("declined")
		told(completed, `account/updated {"authMode":"apikey"`)
		ask(`{"id":5,"method":"getAuthStatus","params":{}}`)
		_ = p.nc.Close()
	})
}

// overtaken is a home where another program signs in at once after a sign-out.
type overtaken struct {
	*home
	store *kit.Store
}

func (h overtaken) SignOut(ctx context.Context) error {
	err := h.home.SignOut(ctx)
	h.store.Change(func(s *kit.Store) { s.Content = signedIn() })
	return errors.Join(err, h.manager.Reload(ctx))
}

// TestTheLastThatIsToldIsTrue: the client is told that it has signed out, and then
// who is signed in all the same.
func TestTheLastThatIsToldIsTrue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &kit.Store{Content: signedIn()}
		h := newHome(t, nil, refusing(), func(o *auth.Options) { o.Store = store })
		p := initialized(t, &appserver.Server{Home: overtaken{h, store}, Pushes: true})
		if m := p.ask(`{"id":1,"method":"account/logout"}`); string(m.ID) != "1" || m.Error != nil {
			t.Errorf("got %s", m.line)
		}
		for _, mode := range []string{"null", `"chatgpt"`} {
			if m := p.next(); m.Method != "account/updated" || !strings.HasPrefix(string(m.Params), `{"authMode":`+mode) {
				t.Errorf("got %s want %s", m.line, mode)
			}
		}
		_ = p.nc.Close()
	})
}

func TestLoginCancel(t *testing.T) {
	p := initialized(t, &appserver.Server{Home: newHome(t, nil, refusing())})
	m := p.ask(`{"id":1,"method":"account/login/start","params":{"type":"chatgpt"}}`)
	_, after, _ := strings.Cut(string(m.Result), `"loginId":"`)
	id, _, _ := strings.Cut(after, `"`)
	if !strings.Contains(string(m.Result), `"authUrl":"https://auth.example/authorize"`) || len(id) != 36 {
		t.Fatalf("got %s", m.line)
	}
	p.send(`{"id":2,"method":"account/login/cancel","params":{"loginId":"` + id + `"}}`)
	answers := map[string]string{}
	for range 2 {
		m := p.next()
		answers[m.Method+string(m.ID)] = string(m.Result) + string(m.Params)
	}
	if answers["2"] != `{"status":"canceled"}` {
		t.Errorf("cancel: %v", answers)
	}
	want := `{"loginId":"` + id + `","success":false,"error":"Login server error: Login was not completed","onboardingEntrypoint":null}`
	if answers["account/login/completed"] != want {
		t.Errorf("completed: got %s want %s", answers["account/login/completed"], want)
	}
	if m := p.ask(`{"id":3,"method":"account/login/cancel","params":{"loginId":"` + id + `"}}`); string(m.Result) != `{"status":"notFound"}` {
		t.Errorf("second cancel: %s", m.line)
	}
}

// TestSignInIsOvertaken: an API key, a host's tokens and a logout end a sign-in
// that waits for the browser.
func TestSignInIsOvertaken(t *testing.T) {
	for _, by := range []string{
		`"account/login/start","params":{"type":"apiKey","apiKey":"sk-fake"}`, `"account/logout"`,
		handOver(hostToken()),
	} {
		p := initialized(t, &appserver.Server{Home: newHome(t, nil, refusing()), HostTokens: true})
		p.ask(`{"id":1,"method":"account/login/start","params":{"type":"chatgpt"}}`)
		p.send(`{"id":2,"method":` + by + `}`)
		for m := p.next(); m.Method != "account/login/completed" || strings.Contains(string(m.Params), `"loginId":null`); m = p.next() {
			if m.Error != nil {
				t.Fatalf("got %s", m.line)
			}
		}
	}
}

// TestLoginIDs: an id is compared by its value, and read in the forms that
// Codex 0.171 reads.
func TestLoginIDs(t *testing.T) {
	p := initialized(t, &appserver.Server{Home: newHome(t, nil, refusing())})
	m := p.ask(`{"id":1,"method":"account/login/start","params":{"type":"chatgpt"}}`)
	_, after, _ := strings.Cut(string(m.Result), `"loginId":"`)
	id, _, _ := strings.Cut(after, `"`)
	if m := p.ask(`{"id":2,"method":"account/login/cancel","params":{"loginId":"(` + id + `)"}}`); m.Error == nil {
		t.Errorf("got %s", m.line)
	}
	p.send(`{"id":3,"method":"account/login/cancel","params":{"loginId":"{` + strings.ToUpper(id) + `}"}}`)
	for m = p.next(); string(m.ID) != "3"; m = p.next() { // the end of the sign-in may come first
	}
	if string(m.Result) != `{"status":"canceled"}` {
		t.Errorf("got %s", m.line)
	}
}

// TestSignInWithADeviceCode: the client shows the code.
func TestSignInWithADeviceCode(t *testing.T) {
	p := initialized(t, &appserver.Server{Home: newHome(t, nil, refusing())})
	m := p.ask(`{"id":1,"method":"account/login/start","params":{"type":"chatgptDeviceCode"}}`)
	for _, part := range []string{`{"type":"chatgptDeviceCode","loginId":"`, `"verificationUrl":"https://auth.example/codex/device","userCode":"ABCD-1234"}`} {
		if !strings.Contains(string(m.Result), part) {
			t.Errorf("got %s", m.line)
		}
	}
}

// TestSignInDoesNotStart, which is told in Codex's own words where it has any.
func TestSignInDoesNotStart(t *testing.T) {
	for _, tt := range []struct {
		kind string
		why  error
		code int
		says string
	}{
		{"chatgpt", auth.ErrSignInForbidden, -32600, "ChatGPT login is disabled. Use API key login instead."},
		{"chatgptDeviceCode", auth.ErrSignInForbidden, -32600, "ChatGPT login is disabled. Use API key login instead."},
		{"chatgptDeviceCode", auth.ErrNoDeviceCode, -32600,
			"device code login is not enabled for this Codex server. Use the browser login or verify the server URL."},
		{"chatgpt", errors.New("no port"), -32603, "failed to start login server: no port"},
		{"chatgptDeviceCode", errors.New("no answer"), -32603, "failed to request device code: no answer"},
	} {
		h := newHome(t, nil, refusing())
		h.forbidden = tt.why
		p := initialized(t, &appserver.Server{Home: h})
		m := p.ask(`{"id":1,"method":"account/login/start","params":{"type":"` + tt.kind + `"}}`)
		if m.Error == nil || m.Error.Code != tt.code || m.Error.Message != tt.says {
			t.Errorf("%s, %v: got %s", tt.kind, tt.why, m.line)
		}
	}
}
