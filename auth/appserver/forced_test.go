package appserver_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/auth/appserver"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// Clients that force refreshes one after the other share one for a while, and a
// failure likewise. Credentials written by another program are different.
func TestForcedRefreshesAreShared(t *testing.T) {
	ways := map[string]string{
		"rekey/refresh": `{}`, "getAuthStatus": `{"refreshToken":true}`, "account/read": `{"refreshToken":true}`,
	}
	for method, params := range ways {
		t.Run(method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				refreshed := 0
				down := false
				a := &script{answer: func(n int) (auth.TokenResponse, error) {
					if down {
						return auth.TokenResponse{}, &auth.RefreshError{Status: 503}
					}
					refreshed++
					fresh := auth.NewSecret(fmt.Sprintf("opaque-%d", refreshed))
					return auth.TokenResponse{AccessToken: &fresh, RefreshToken: &fresh}, nil
				}}
				h := newHome(t, signedIn(), a, ours)
				s := &appserver.Server{Home: h, Limits: limits}
				ask := func(want int) {
					t.Helper()
					for range 3 { // clients
						mine, theirs := net.Pipe()
						end := kit.Later(func() error { return s.Serve(context.Background(), theirs) })
						lines := newLines(mine)
						lines.introduce(t, mine)
						for i := range 3 {
							write(mine, fmt.Sprintf(`{"id":%d,"method":%q,"params":%s}`+"\n", i+1, method, params))
						}
						lines.answers(t, 3)
						_ = mine.Close()
						<-end
					}
					if got := a.requests(); got != want {
						t.Errorf("%d requests, want %d", got, want)
					}
				}
				ask(1)
				time.Sleep(auth.Fresh - time.Nanosecond)
				ask(1)
				time.Sleep(time.Nanosecond)
				ask(2)
				next := must.Get(auth.ParseSnapshot(box.AuthJSON(box.WithAccount(box.Grace()))))(t)
				must.Do(t, h.manager.ReplaceSignIn(t.Context(), next))
				ask(3)
				down = true
				time.Sleep(auth.Fresh)
				ask(4)
				time.Sleep(auth.MinSpacing)
				ask(5)
			})
		})
	}
}

// A client that keeps asking for a token that lives longer than any causes one
// refresh per spacing.
func TestTokensThatLiveForTooShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &script{answer: func(n int) (auth.TokenResponse, error) {
			fresh := auth.NewSecret(box.JWT(map[string]any{"exp": time.Now().Add(time.Hour).Unix(), "jti": n}))
			return auth.TokenResponse{AccessToken: &fresh, RefreshToken: &fresh}, nil
		}}
		nc, ended := limited(t, newHome(t, signedIn(), a, ours))
		lines := newLines(nc)
		lines.introduce(t, nc)
		for round := range 3 {
			for i := range 10 {
				write(nc, fmt.Sprintf(`{"id":%d,"method":"rekey/token","params":{"minValiditySeconds":1e6}}`+"\n", i+1))
				if line := lines.until(t, `{"id":`); !strings.Contains(line, `"shortLived"`) {
					t.Errorf("got %s", line)
				}
			}
			if n := a.requests(); n != round+1 {
				t.Errorf("round %d: %d requests", round, n)
			}
			write(nc, `{"id":99,"method":"rekey/token","params":{"minValiditySeconds":60}}`+"\n")
			if line := lines.until(t, `{"id":`); !strings.Contains(line, `"accessToken"`) {
				t.Errorf("for a minute: %s", line)
			}
			time.Sleep(auth.Fresh)
		}
		_ = nc.Close()
		<-ended
	})
}
