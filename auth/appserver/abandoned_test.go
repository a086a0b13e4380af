package appserver_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth/appserver"
)

// TestAbandonedSignInsAreToldFirst: whatever ends a sign-in is told of after its end.
func TestAbandonedSignInsAreToldFirst(t *testing.T) {
	for request, after := range map[string][]string{
		`{"id":2,"method":"account/logout"}`: {`account/updated {"authMode":null`},
		`{"id":2,"method":"account/login/start","params":{"type":"apiKey","apiKey":"sk-fake"}}`: {
			`account/login/completed {"loginId":null,"success":true`, `account/updated {"authMode":"apikey"`,
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHome(t, signedIn(), refusing())
			h.cancelTakes = 100 * time.Millisecond
			p := initialized(t, &appserver.Server{Home: h})
			p.ask(`{"id":1,"method":"account/login/start","params":{"type":"chatgpt"}}`)
			p.send(request)
			var got []string
			for len(got) <= len(after) {
				if m := p.next(); m.Method != "" {
					got = append(got, m.Method+" "+string(m.Params))
				}
			}
			for i, want := range append([]string{`account/login/completed {"loginId":"`}, after...) {
				if !strings.HasPrefix(got[i], want) {
					t.Errorf("%s: notification %d is %s, want %s", request, i, got[i], want)
				}
			}
			_ = p.nc.Close()
		})
	}
}
