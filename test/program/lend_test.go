//go:build unix

package program_test

import (
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// A borrower's Rekey knows what is lent. Nothing that anybody asks of it sends the
// marker, however old the loan is.
func TestBorrower(t *testing.T) {
	t.Parallel()
	for name, left := range map[string]time.Duration{"good": time.Hour, "expired": -time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newSandbox(t)
			b.mayPrint = true // asking for the token prints it
			b.signIn(left)
			s := must.Get(auth.ParseSnapshot(readable(b.Home.Read())))(t)
			lent := must.Get(s.Lend("box-1"))(t)
			b.put(lent.Encode())
			code := map[string]int{"good": cli.ExitOK, "expired": cli.ExitWaiting}[name]
			if r := b.rekey(code, "status"); !strings.Contains(r.out, "Lent by another machine") {
				t.Errorf("status prints %q", r.out)
			}
			b.rekey(code, "refresh")
			b.rekey(code, "token")
			b.rekey(cli.ExitOK, "prompt")
			for _, args := range [][]string{{"app-server"}, {"app-server", "--no-watch"}} {
				p := b.start(args...)
				p.send(1, "initialize", hello)
				p.send(2, "getAuthStatus", `{"includeToken":true,"refreshToken":true}`)
				if got := p.answer(2); !strings.Contains(got, `"authMethod":"chatgpt"`) {
					t.Errorf("%v answers %s", args, got)
				}
				_ = p.in.Close()
				p.wait(0)
			}
			b.rekey(cli.ExitOK, "logout")
			if n := len(b.Server.Requests()); n != 0 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

func readable(content []byte, err error) []byte {
	if err != nil {
		panic(err) // a mistake in the test
	}
	return content
}
