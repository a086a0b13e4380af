package promises_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"rekey/auth/agent"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/sandbox"
)

// Ten thousand callers of one process share one request. The server holds its
// answer back until all of them have asked.
func TestTenThousandCallersOfADeadSignIn(t *testing.T) {
	t.Parallel()
	const callers = 10_000
	w := newWorld(t)
	w.must(w.SignIn(life))
	w.Server.RevokeAll()
	asked := make(chan struct{})
	w.Server.SetMode(box.Reply{Gate: asked})
	a := w.appServer(kit.Rekey(t))
	waiting := make([]sandbox.Pending, callers)
	for i := range waiting {
		waiting[i] = a.Begin("rekey/refresh", struct{}{})
	}
	close(asked)
	for _, p := range waiting {
		var refused *sandbox.CallError
		if err := p.Wait(w.ctx, nil); !errors.As(err, &refused) || !refused.Data.Permanent {
			t.Fatalf("a caller was answered %v", err)
		}
	}
	w.wantRequests(1)
}

// Thousands who want to use a sign-in that is stale wait for one refresh and
// all get its token. There are this many because the race detector follows 8128
// goroutines.
func TestFiveThousandUsersOfAStaleSignIn(t *testing.T) {
	t.Parallel()
	const callers = 5_000
	w := newWorld(t)
	w.Server.SetMode(box.Reply{Delay: latency})
	w.must(w.SignIn(time.Second))
	home := agent.Open(w.Options())
	w.must(home.Manager().Reload(w.ctx))
	got := make([]string, callers)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() {
			s, _ := home.Manager().Use(w.ctx)
			got[i] = s.AccessToken().Reveal()
		})
	}
	all.Wait()
	w.must(home.Close(w.ctx))
	access, _ := w.tokens()
	for _, token := range got {
		if token != access {
			t.Fatal("a caller got another token than the refreshed one")
		}
	}
	w.wantRequests(1)
}
