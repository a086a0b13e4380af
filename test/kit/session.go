// Package kit holds what the tests of the faces share: a Session that is
// told what to be, States to show, and a desktop bus of the test's own. It is
// for tests only, which is why it may import os.
package kit

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"rekey/auth"
	"rekey/usage"
)

// Session is a auth.Session that does what the test says. It is safe for
// concurrent use.
type Session struct {
	// Calls gets the name of each method that was called to do something:
	// "SignIn", "AnswerSignIn true". It never blocks a caller for long.
	Calls chan string

	states auth.Broadcast[auth.State]
	usages auth.Broadcast[usage.Usage]
	life   context.Context
	end    context.CancelFunc

	mu       sync.Mutex // guards everything below
	answers  map[string]error
	taken    map[string]bool
	happened []auth.Activity
}

var _ auth.Session = (*Session)(nil)

// NewSession returns a Session in state s.
func NewSession(s auth.State) *Session {
	f := &Session{Calls: make(chan string, 64), answers: map[string]error{}, taken: map[string]bool{}}
	f.life, f.end = context.WithCancel(context.Background())
	f.states.Publish(s)
	return f
}

// End ends the session, as an agent does that goes away.
func (f *Session) End() { f.end() }

// Publish makes s the newest State.
func (f *Session) Publish(s auth.State) { f.states.Publish(s) }

// PublishUsage makes u the newest Usage, and what a look finds.
func (f *Session) PublishUsage(u usage.Usage) { f.usages.Publish(u) }

// Usage implements auth.Session.
func (f *Session) Usage() usage.Usage {
	u, _ := f.usages.Last()
	return u
}

// SubscribeUsage implements auth.Session.
func (f *Session) SubscribeUsage(ctx context.Context) <-chan usage.Usage {
	ctx, cancel := context.WithCancel(ctx)
	context.AfterFunc(f.life, cancel)
	return f.usages.Subscribe(ctx)
}

// LookAtUsage implements auth.Session.
func (f *Session) LookAtUsage(context.Context) (usage.Usage, error) {
	return f.Usage(), f.called("LookAtUsage", "")
}

// UsageHistory implements auth.Session.
func (f *Session) UsageHistory(context.Context) ([]usage.Point, error) {
	return nil, nil
}

// Answer makes the method of that name fail with err from now on.
func (f *Session) Answer(method string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[method] = err
}

// Take claims a notice as another process would.
func (f *Session) Take(notice string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.taken[notice] = true
}

// State implements auth.Session.
func (f *Session) State() auth.State {
	s, _ := f.states.Last()
	return s
}

// Subscribe implements auth.Session.
func (f *Session) Subscribe(ctx context.Context) <-chan auth.State {
	ctx, cancel := context.WithCancel(ctx)
	context.AfterFunc(f.life, cancel)
	return f.states.Subscribe(ctx)
}

// Refresh implements auth.Session.
func (f *Session) Refresh(context.Context) error { return f.called("Refresh", "") }

// SignIn implements auth.Session. The call is "SignIn", and the method after a
// space if one was asked for.
func (f *Session) SignIn(_ context.Context, method auth.SignInMethod) error {
	if method == auth.SignInPreferred {
		return f.called("SignIn", "")
	}
	return f.called("SignIn", " "+string(method))
}

// CancelSignIn implements auth.Session.
func (f *Session) CancelSignIn() { _ = f.called("CancelSignIn", "") }

// AnswerSignIn implements auth.Session.
func (f *Session) AnswerSignIn(_ context.Context, yes bool) error {
	return f.called("AnswerSignIn", fmt.Sprintf(" %t", yes))
}

// SignOut implements auth.Session.
func (f *Session) SignOut(context.Context) error { return f.called("SignOut", "") }

// Unlock implements auth.Session.
func (f *Session) Unlock(context.Context) error { return f.called("Unlock", "") }

// SetPreferences implements auth.Session. The call is "SetPreferences" and the
// change as JSON.
func (f *Session) SetPreferences(_ context.Context, c auth.PreferenceChange) error {
	change, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return f.called("SetPreferences", " "+string(change))
}

// Happened makes the list what Activity returns. It publishes nothing.
func (f *Session) Happened(list ...auth.Activity) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.happened = list
}

// Activity implements auth.Session. It is no call that a test has to expect.
func (f *Session) Activity(context.Context) ([]auth.Activity, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.happened), f.answers["Activity"]
}

// Token implements auth.Session with an obviously fake token that never ends.
func (f *Session) Token(_ context.Context, atLeast time.Duration) (auth.AccessToken, error) {
	return auth.AccessToken{Token: auth.NewSecret("fake-access-token")}, f.called("Token", " "+atLeast.String())
}

// ClaimNotice implements auth.Session.
func (f *Session) ClaimNotice(_ context.Context, notice string) (bool, error) {
	if err := f.called("ClaimNotice", " "+notice); err != nil {
		return false, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	first := !f.taken[notice]
	f.taken[notice] = true
	return first, nil
}

func (f *Session) called(method, with string) error {
	f.Calls <- method + with
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.answers[method]
}

// Expect waits for the next call and fails when it is another one or none.
func (f *Session) Expect(t testing.TB, call string) {
	t.Helper()
	if got := Receive(t, "the call "+call, f.Calls); got != call {
		t.Fatalf("the session was asked to %s, want %s", got, call)
	}
}

// Patience is how long a test waits for what has to come. A test that passes never
// waits that long, however much else the machine does.
const Patience = 2 * time.Minute

// Receive waits for what a channel brings, which may be its end.
func Receive[T any](t testing.TB, what string, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(Patience):
		t.Fatalf("did not come: %s", what)
	}
	return v
}

// states is what faces subscribe to.
type states interface {
	Subscribe(ctx context.Context) <-chan auth.State
}

// Await waits for a State that fits and returns it.
func Await(t testing.TB, from states, what string, fits func(auth.State) bool) (last auth.State) {
	t.Helper()
	for last = range from.Subscribe(Context(t)) {
		if fits(last) {
			return last
		}
	}
	t.Fatalf("no State came that is %s; the last: %+v", what, last)
	return last
}

// Later runs f and returns where its error will be.
func Later(f func() error) <-chan error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	return done
}

// Eventually waits until ok says yes. It is for things that no channel tells.
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(Patience)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("did not come: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}
