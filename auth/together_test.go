package auth

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rekey/test/kit/must"
)

// ledger is an authorization server with single-use refresh tokens: a second
// use is refused as reused.
type ledger struct {
	latency time.Duration

	mu      sync.Mutex // guards everything below
	current string
	issued  int
	reused  int
}

func (l *ledger) Refresh(_ context.Context, req RefreshRequest) (TokenResponse, error) {
	time.Sleep(l.latency) // in a bubble of synctest, or none
	l.mu.Lock()
	defer l.mu.Unlock()
	if req.RefreshToken.Reveal() != l.current {
		l.reused++
		return TokenResponse{}, &RefreshError{Permanent: true, Reason: ReasonReused, Status: 401}
	}
	l.issued++
	l.current = fmt.Sprintf("refresh-%d", l.issued+1)
	return TokenResponse{
		AccessToken:  secret(accessToken(l.current, noon.Add(time.Duration(l.issued+1)*time.Hour))),
		RefreshToken: secret(l.current),
	}, nil
}

func (l *ledger) Revoke(context.Context, Secret, string) error { return nil }

// TestManyProcessesOneHome: processes that share a home, its lock, its escrow
// and its refusals send no token twice, and each ends up with a token.
func TestManyProcessesOneHome(t *testing.T) {
	for _, n := range []int{2, 6, 20} {
		synctest.Test(t, func(t *testing.T) {
			server := &ledger{latency: 200 * time.Millisecond, current: "refresh-1"}
			r := newRig(t, chatGPT(ends(-1)), func(o *Options) { o.Authority = server; o.SecondLook = look }, lockFor)
			processes := make([]*Manager, n)
			for i := range processes {
				processes[i] = NewManager(r.options)
				must.Do(t, processes[i].Reload(t.Context()))
			}
			var all sync.WaitGroup
			for _, m := range processes {
				all.Go(func() {
					if s, refusal := m.Use(t.Context()); refusal != nil || s.RefreshToken().Reveal() != "refresh-2" {
						t.Errorf("a process is left with %q, %v", s.RefreshToken().Reveal(), refusal)
					}
				})
			}
			all.Wait()
			if server.issued != 1 || server.reused != 0 {
				t.Errorf("%d processes: %d refreshes, %d refused; want 1 and 0", n, server.issued, server.reused)
			}
			r.wantStored("refresh-2")
		})
	}
}

// TestEverythingAtOnce checks only that nothing is torn, stuck or sent twice,
// and that the race detector is content.
func TestEverythingAtOnce(t *testing.T) {
	server := &ledger{current: "refresh-1"}
	r := newRig(t, chatGPT(), func(o *Options) { o.Authority = server }, lockFor)
	ctx, cancel := context.WithCancel(deadline(t))
	defer cancel()
	states := r.Subscribe(ctx)
	var all sync.WaitGroup
	for _, act := range []func(){
		func() { _ = r.Refresh(ctx, RefreshForced) },
		func() { _ = r.Reload(ctx) },
		func() { _, _ = r.Use(ctx) },
		func() { _ = r.State() },
		func() { r.clock.Advance(time.Second); r.publish() },
		func() { r.SetPreferences(KeepFresh(!r.Facts().KeepFresh)) },
		func() { _, _ = r.ClaimNotice("n") },
		func() { _, _ = r.Recover().Next(ctx) },
		func() { _ = r.SetExternal(hostTokens("h"), nil); _, _ = r.ClearExternal(ctx) },
		func() {
			short, stop := context.WithCancel(ctx)
			<-r.Subscribe(short)
			stop()
		},
	} {
		all.Go(func() {
			for range 20 {
				act()
			}
		})
	}
	all.Wait()
	must.Do(t, r.Close(ctx))
	if server.reused != 0 {
		t.Errorf("%d tokens were spent twice", server.reused)
	}
	r.publish()
	if st := <-states; st != r.State() {
		t.Errorf("a subscriber ends with %+v, the Manager with %+v", st, r.State())
	}
	r.wantStored(server.current)
}

// TestCloseAmongRefreshes: a refresh during the shutdown does no harm.
func TestCloseAmongRefreshes(t *testing.T) {
	t.Parallel()
	r := newRig(t, chatGPT())
	r.authority.then(serverDown)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 500 {
				_ = r.Refresh(t.Context(), RefreshForced)
			}
		})
		all.Go(func() {
			for range 500 {
				if err := r.Close(t.Context()); err != nil {
					t.Errorf("Close = %v", err)
				}
			}
		})
	}
	all.Wait()
}
