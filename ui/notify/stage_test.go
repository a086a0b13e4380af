package notify_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/ui/notify"
	"rekey/ui/words"
)

// screen is a Notifier that remembers what was done with it.
type screen struct {
	mu   sync.Mutex // guards everything below
	did  []string
	last notify.Notification
	err  error
	hang bool
}

func (s *screen) Show(ctx context.Context, n notify.Notification) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.did, s.last = append(s.did, "show "+n.Body), n
	if s.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	return s.err
}

func (s *screen) Correct(_ context.Context, n notify.Notification) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.did, s.last = append(s.did, "correct "+n.Body), n
	return s.err
}

func (s *screen) Withdraw(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.did = append(s.did, "withdraw")
	return ctx.Err()
}

// take returns what was done since the last time.
func (s *screen) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	did := strings.Join(s.did, "; ")
	s.did = nil
	return did
}

// stage is a Run under way in a synctest bubble.
type stage struct {
	t       *testing.T
	session *kit.Session
	screen  *screen
	log     *bytes.Buffer
	stop    func() // ends Run
}

// begin runs a test with a Run under way.
func begin(t *testing.T, o notify.Options, test func(*testing.T, *stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		st := &stage{t: t, session: kit.NewSession(kit.State(auth.StatusHealthy, time.Now())), screen: &screen{}, log: &bytes.Buffer{}}
		o.Words = words.English()
		o.Log = slog.New(slog.NewTextHandler(st.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		st.stop = kit.Go(t, func(ctx context.Context) { notify.Run(ctx, st.session, st.screen, o) })
		test(t, st)
	})
}

// publish makes s the State and waits until all is done that follows from it.
func (st *stage) publish(status auth.Status, change func(*auth.State)) {
	s := kit.State(status, time.Now())
	if change != nil {
		change(&s)
	}
	st.session.Publish(s)
	synctest.Wait()
}

// wait lets time pass.
func (st *stage) wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (st *stage) expect(step, want string) {
	st.t.Helper()
	if got := st.screen.take(); got != want {
		st.t.Errorf("%s: the screen saw %q, want %q", step, got, want)
	}
}
