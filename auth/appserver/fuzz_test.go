package appserver_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"rekey/auth/appserver"
	"rekey/test/kit"
)

// FuzzServe sends arbitrary lines. Whatever comes, a good request is answered
// afterwards if the connection stands, and the server ends when its client does.
func FuzzServe(f *testing.F) {
	for _, seed := range []string{
		`{"id":1,"method":"getAuthStatus","params":{}}`, `{"id":null,"method":"x"}`, `[{"id":1,"method":"rekey/state"}]`,
		`{"method":"initialized"}`, `{"id":1,"result":{}}`, `{"jsonrpc":2}`, "{", "\x00", `{"id":{},"method":"account/read","params":5}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(serveOne)
}

// FuzzParams sends arbitrary parameters to every method.
func FuzzParams(f *testing.F) {
	methods, _ := names(f)
	for i := range methods {
		for _, params := range []string{
			`{}`, `null`, `[]`, `""`, `{"clientInfo":{"name":"f"},"capabilities":{"experimentalApi":true},"rekey":{"schema":{"oldest":1,"newest":1}}}`,
			`{"includeToken":true,"refreshToken":true}`, `{"type":"apiKey","apiKey":"sk-fake"}`, `{"type":"chatgpt"}`,
			`{"type":"chatgptAuthTokens","accessToken":"a.b.c","chatgptAccountId":"x","chatgptPlanType":"pro"}`,
			`{"loginId":"00000000-0000-0000-0000-000000000000"}`, `{"minValiditySeconds":1e300}`, `{"method":"device","clientOpens":true}`,
			`{"yes":true}`, `{"keepFresh":true,"notifications":null,"startAtLogin":false,"signInMethod":"codex"}`, `{"notice":"x"}`,
		} {
			f.Add(byte(i), []byte(params))
		}
	}
	f.Fuzz(func(t *testing.T, method byte, params []byte) {
		name := methods[int(method)%len(methods)]
		serveOne(t, fmt.Appendf(nil, `{"id":1,"method":%q,"params":%s}`, name, params))
	})
}

// serveOne introduces itself, sends what may be several lines and then a good
// request.
func serveOne(t *testing.T, line []byte) {
	mine, theirs := net.Pipe()
	defer mine.Close()
	s := &appserver.Server{Home: newHome(t, signedIn(), refusing()), HostTokens: true, Limits: appserver.Limits{InFlight: 4}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	end := kit.Later(func() error { return s.Serve(ctx, theirs) })
	answers := newLines(mine)
	defer answers.stop()
	write(mine, hello+"\n")
	write(mine, string(line)+"\n"+`{"id":"last","method":"account/read","params":{}}`+"\n")
	for answer := range answers.got {
		if strings.Contains(answer, `"id":"last"`) {
			_ = mine.Close()
			break
		}
	}
	<-end
	if ctx.Err() != nil {
		t.Error("it is not answered, or does not end")
	}
}
