package appserver_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"rekey/auth"
	"rekey/auth/appserver"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

func TestHandshake(t *testing.T) {
	p := connect(t, &appserver.Server{Home: newHome(t, nil, refusing()), Version: "1.2", Platform: "linux"})
	if m := p.ask(`{"id":1,"method":"getAuthStatus","params":{}}`); m.Error == nil || m.Error.Message != "Not initialized" {
		t.Errorf("before initialize: %s", m.line)
	}
	m := p.ask(`{"id":"a","method":"initialize","params":{"clientInfo":{"name":"t","version":"1"}}}`)
	want := `{"id":"a","result":{"userAgent":"t/1.2 (rekey; linux)","codexHome":"/home/ada/.codex","platformFamily":"unix","platformOs":"linux",` +
		`"rekey":{"version":"1.2","schema":{"oldest":1,"newest":1}}}}` + "\n"
	if m.line != want {
		t.Errorf("initialize: got %s want %s", m.line, want)
	}
	if m := p.ask(`{"id":2,"method":"initialize","params":{"clientInfo":{"name":"t","version":"1"}}}`); m.Error == nil || m.Error.Message != "Already initialized" {
		t.Errorf("second initialize: %s", m.line)
	}
}

// changing is a home whose account changes just before initialize is answered.
type changing struct {
	*home
	store *kit.Store
}

func (h changing) Dir() string {
	h.store.Change(func(s *kit.Store) { s.Content = nil })
	_ = h.manager.Reload(context.Background()) // nobody is signed in any more
	synctest.Wait()                            // whoever wants to say so has tried
	return h.home.Dir()
}

// TestNothingBeforeTheGreeting: notifications come after the answer to initialize,
// and so do the answers to Rekey's own requests that did not wait for it. What
// changes before the answer is told afterwards.
func TestNothingBeforeTheGreeting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &kit.Store{Content: signedIn()}
		h := newHome(t, nil, refusing(), func(o *auth.Options) { o.Store = store })
		p := connect(t, &appserver.Server{Home: changing{h, store}, Pushes: true})
		p.send(`{"id":1,"method":"initialize","params":{"clientInfo":{"name":"t","version":"1"},"rekey":{"subscribe":true}}}`)
		p.send(`{"id":2,"method":"rekey/state","params":{}}`)
		if m := p.next(); string(m.ID) != "1" || m.Error != nil {
			t.Errorf("the first line is %s", m.line)
		}
		for answered, told := false, false; !answered || !told; {
			switch m := p.next(); {
			case string(m.ID) == "2":
				answered = true
			case m.Method == "account/updated":
				told = true // that nobody is signed in any more
			case m.Method == "":
				t.Errorf("it writes %s", m.line)
			}
		}
		_ = p.nc.Close()
	})
}

// TestOddRequests goes through everything a client can get wrong. Each is
// answered, and the connection lives on.
func TestOddRequests(t *testing.T) {
	t.Parallel()
	p := initialized(t, &appserver.Server{Home: newHome(t, signedIn(), refusing())})
	for _, tt := range []struct {
		name, line string
		code       int
		text       string // part of the message
	}{
		{"unknown method", `{"id":1,"method":"nope/x","params":{}}`, -32600, "unknown variant `nope/x`"},
		{"no params", `{"id":2,"method":"getAuthStatus"}`, -32600, "missing field `params`"},
		{"params null", `{"id":3,"method":"getAuthStatus","params":null}`, -32600, "missing field `params`"},
		{"params array", `{"id":4,"method":"getAuthStatus","params":[]}`, -32600, "must be an object"},
		{"wrong type", `{"id":5,"method":"getAuthStatus","params":{"includeToken":"yes"}}`, -32600, "invalid type: string for `includeToken`, expected a boolean"},
		{"no text", `{"id":5,"method":"account/login/start","params":{"type":5}}`, -32600, "invalid type: number for `type`, expected a string"},
		{"null for a switch", `{"id":5,"method":"account/read","params":{"refreshToken":null}}`, -32600, "invalid type: null for `refreshToken`, expected a boolean"},
		{"params array too long", `{"id":4,"method":"getAuthStatus","params":[true,null,null]}`, -32600, "must be an object"},
		{"a logout with params", `{"id":5,"method":"account/logout","params":[]}`, -32600, "takes no params"},
		{"a logout of something", `{"id":5,"method":"account/logout","params":{"home":"/h"}}`, -32600, "takes no params"},
		{"no number", `{"id":5,"method":"rekey/token","params":{"minValiditySeconds":"1"}}`, -32600, "invalid type: string for `minValiditySeconds`, expected a number"},
		{"bad JSON", `{"id":6,`, -32700, ""},
		{"not an object", `42`, -32600, "one JSON object"},
		{"a batch", `[{"id":1,"method":"rekey/state"}]`, -32600, "one JSON object"},
		{"a strange id", `{"id":{},"method":"getAuthStatus"}`, -32600, "the id must be"},
		{"a strange method", `{"id":1,"method":5}`, -32600, "the method must be"},
		{"no method", `{"id":1}`, -32600, "missing field `method`"},
		{"method in capitals", `{"id":1,"METHOD":"getAuthStatus","params":{}}`, -32600, "missing field `method`"},
		{"params in capitals", `{"id":1,"method":"getAuthStatus","Params":{}}`, -32600, "missing field `params`"},
		{"unknown sign-in", `{"id":7,"method":"account/login/start","params":{"type":"zzz"}}`, -32600, "unknown variant `zzz`"},
		{"cancel nothing", `{"id":8,"method":"account/login/cancel","params":{"loginId":"zzz"}}`, -32600, "invalid login id: zzz"},
		{"host tokens without leave", `{"id":9,"method":"account/login/start","params":{"type":"chatgptAuthTokens","accessToken":"x","chatgptAccountId":"a"}}`, -32600, "experimentalApi"},
	} {
		m := p.ask(tt.line)
		if m.Error == nil || m.Error.Code != tt.code || !strings.Contains(m.Error.Message, tt.text) {
			t.Errorf("%s: got %s", tt.name, m.line)
		}
	}
	for _, line := range []string{
		`{"id":20,"method":"getAuthStatus","params":{}}`,
		`{"id":20,"method":"getAuthStatus","params":[true,null]}`,
		`{"id":20,"method":"account/read","params":[]}`,
		`{"id":20,"method":"account/read","params":[false]}`,
		`{"jsonrpc":"2.0","id":"x","method":"getAuthStatus","params":{},"trace":{"unknown":1}}`,
		`  {"id":21,"method":"getAuthStatus","params":{"pad":"` + strings.Repeat("x", 20<<20) + `"}}` + "\r",
	} {
		if m := p.ask(line); m.Error != nil || !strings.Contains(string(m.Result), `"chatgpt"`) {
			t.Errorf("%.60s: got %.200s", line, m.line)
		}
	}
}

func TestLineTooLongEndsTheConnection(t *testing.T) {
	t.Parallel()
	s := &appserver.Server{Home: newHome(t, nil, refusing())}
	err := serveLine(t, s, strings.Repeat("x", 33<<20))
	if err == nil || !strings.Contains(err.Error(), appserver.ErrLineTooLong.Error()) {
		t.Errorf("got %v, want %v", err, appserver.ErrLineTooLong)
	}
}

func TestTokenOmittedAfterPermanentFailure(t *testing.T) {
	a := refusing()
	p := initialized(t, &appserver.Server{Home: newHome(t, signedIn(), a)})
	for i := range 2 {
		m := p.ask(fmt.Sprintf(`{"id":%d,"method":"getAuthStatus","params":{"includeToken":true,"refreshToken":true}}`, i+1))
		if want := `{"authMethod":"chatgpt","authToken":null,"requiresOpenaiAuth":true}`; string(m.Result) != want {
			t.Errorf("call %d: got %s want %s", i+1, m.Result, want)
		}
	}
	if n := a.requests(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

// TestInOrder sends a slow forced refresh and a plain read without waiting in
// between: the read is answered second and shows the new token.
func TestInOrder(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	a := &script{answer: func(int) (auth.TokenResponse, error) {
		close(entered)
		<-leave
		fresh := auth.NewSecret("opaque-2")
		return auth.TokenResponse{AccessToken: &fresh}, nil
	}}
	p := initialized(t, &appserver.Server{Home: newHome(t, signedIn(), a)})
	p.send(`{"id":1,"method":"getAuthStatus","params":{"refreshToken":true}}`)
	<-entered
	p.send(`{"id":2,"method":"getAuthStatus","params":{"includeToken":true}}`)
	p.send(`{"id":3,"method":"rekey/state","params":{}}`)
	if m := p.next(); string(m.ID) != "3" { // Rekey's own methods do not queue
		t.Errorf("first answer: %s", m.line)
	}
	close(leave)
	first, second := p.next(), p.next()
	if string(first.ID) != "1" && string(second.ID) != "1" {
		t.Errorf("no answer to the refresh: %s %s", first.line, second.line)
	}
	for _, m := range []message{first, second} {
		if string(m.ID) == "2" && !strings.Contains(string(m.Result), `"opaque-2"`) {
			t.Errorf("the read overtook the refresh: %s", m.line)
		}
	}
}

// halves is a connection whose sides can be closed one by one, like the
// standard streams.
type halves struct {
	io.ReadCloser
	io.Writer
}

// TestInputEnds: what was asked before the input ended is answered, in order,
// and then the server ends.
func TestInputEnds(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	a := &script{answer: func(int) (auth.TokenResponse, error) {
		close(entered)
		<-leave
		fresh := auth.NewSecret("opaque-2")
		return auth.TokenResponse{AccessToken: &fresh}, nil
	}}
	in, client := io.Pipe()
	var out bytes.Buffer
	end := kit.Later(func() error {
		return (&appserver.Server{Home: newHome(t, signedIn(), a)}).Serve(t.Context(), halves{in, &out})
	})
	for _, line := range []string{
		`{"id":1,"method":"initialize","params":{"clientInfo":{"name":"t","version":"1"}}}`,
		`{"method":"initialized"}`,
		`{"id":2,"method":"getAuthStatus","params":{"refreshToken":true}}`,
		`{"id":3,"method":"getAuthStatus","params":{"includeToken":true}}`,
	} {
		must.Get(client.Write([]byte(line + "\n")))(t)
	}
	<-entered
	_ = client.Close()
	close(leave)
	must.Do(t, <-end)
	for _, want := range []string{`{"id":1,`, `{"id":2,`, `{"id":3,"result":{"authMethod":"chatgpt","authToken":"opaque-2"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in the answers:\n%s", want, out.String())
		}
	}
}

func TestProviderWithoutOpenAI(t *testing.T) {
	h := newHome(t, signedIn(), refusing())
	h.needsAuth = false
	p := initialized(t, &appserver.Server{Home: h})
	m := p.ask(`{"id":1,"method":"getAuthStatus","params":{"includeToken":true}}`)
	if want := `{"authMethod":null,"authToken":null,"requiresOpenaiAuth":false}`; string(m.Result) != want {
		t.Errorf("got %s want %s", m.Result, want)
	}
}

func TestAccountRead(t *testing.T) {
	for _, tt := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"nobody", nil, `{"account":null,"userId":null,"requiresOpenaiAuth":true,"workspaceRouting":null}`},
		{"API key", box.AuthJSON(box.WithAPIKey("sk-fake")),
			`{"account":{"type":"apiKey"},"userId":null,"requiresOpenaiAuth":true,"workspaceRouting":null}`},
		{"ChatGPT", signedIn(), `{"account":{"type":"chatgpt","email":"ada@example.com","planType":"pro","workspaceName":null},` +
			`"userId":"` + box.Ada().UserID + `","requiresOpenaiAuth":true,"workspaceRouting":null}`},
		{"no tokens", []byte(`{}`), ""},
	} {
		p := initialized(t, &appserver.Server{Home: newHome(t, tt.content, refusing())})
		m := p.ask(`{"id":1,"method":"account/read","params":{}}`)
		if string(m.Result) != tt.want {
			t.Errorf("%s: got %s want %s", tt.name, m.line, tt.want)
		}
	}
}
