package agent

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// scriptedStore is a store that holds what the test says. It notes when it was
// read.
type scriptedStore struct {
	began time.Time

	mu    sync.Mutex // guards everything below
	held  *auth.Snapshot
	err   error
	reads []time.Duration // since began
}

func (s *scriptedStore) set(held *auth.Snapshot, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held, s.err = held, err
}

// taken returns when it was read since the last call.
func (s *scriptedStore) taken() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	reads := s.reads
	s.reads = nil
	return reads
}

func (s *scriptedStore) Load(context.Context) (*auth.Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads = append(s.reads, time.Since(s.began))
	return s.held, s.err
}

func (s *scriptedStore) Update(context.Context, func(*auth.Snapshot) (*auth.Snapshot, error)) error {
	return errFromEnvironment
}
func (s *scriptedStore) Delete(context.Context) (bool, error) { return false, errFromEnvironment }
func (s *scriptedStore) Writable(context.Context) error       { return errFromEnvironment }
func (s *scriptedStore) String() string                       { return "the script" }

// half is what a store says of a file that is being written.
var half = &auth.UnreadableError{Where: "the script", What: errors.New("it ends too early")}

// inFollow runs f beside follow, in a bubble whose clock starts with it. change
// tells follow of a change and waits until it has done what it can.
func inFollow(t *testing.T, f func(h *Home, s *scriptedStore, change func())) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newBareRig(t).open()
		s := &scriptedStore{began: time.Now(), held: signedIn(t, "refresh-1")}
		h.store.set(s)
		ctx, cancel := context.WithCancel(t.Context())
		changes := make(chan struct{})
		var following sync.WaitGroup
		following.Go(func() { h.follow(ctx, changes, func() ([]string, bool) { return nil, false }) })
		defer following.Wait()
		defer cancel()
		synctest.Wait()
		if got := s.taken(); !slices.Equal(got, []time.Duration{0}) {
			t.Errorf("follow has read at %v, want once at its start", got)
		}
		f(h, s, func() { changes <- struct{}{}; synctest.Wait() })
	})
}

func signedIn(t *testing.T, refreshToken string) *auth.Snapshot {
	t.Helper()
	return must.Get(auth.ParseSnapshot(box.AuthJSON(box.WithRefreshToken(refreshToken), box.WithIssued(time.Now()))))(t)
}

// wait lets time pass and all that is due then happen.
func wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

const ms = time.Millisecond

func TestFollowReadsOnTheFirstEvent(t *testing.T) {
	inFollow(t, func(h *Home, s *scriptedStore, change func()) {
		s.set(nil, auth.ErrNoCredential)
		change()
		if got := h.State().Status; got != auth.StatusSignedOut {
			t.Errorf("right after the change the State is %q", got)
		}
		if got := s.taken(); !slices.Equal(got, []time.Duration{0}) {
			t.Errorf("it has read at %v, want at 0", got)
		}
		wait(time.Hour)
		if got := s.taken(); got != nil {
			t.Errorf("without a change it has read at %v", got)
		}
	})
}

func TestFollowReadsHalfWrittenContentAgain(t *testing.T) {
	t.Parallel()
	inFollow(t, func(h *Home, s *scriptedStore, change func()) {
		s.set(nil, half)
		change()
		wait(749 * ms)
		if got := h.State().Status; got != auth.StatusHealthy {
			t.Errorf("while the content may be half written the State is %q, want what it was", got)
		}
		wait(ms)
		if got, want := s.taken(), []time.Duration{0, 50 * ms, 150 * ms, 350 * ms, 750 * ms}; !slices.Equal(got, want) {
			t.Errorf("it has read at %v, want %v", got, want)
		}
		st := h.State()
		if st.Status != auth.StatusUnreadable || st.Email != "ada@example.com" {
			t.Errorf("in the end the State is %+v, want unreadable with the account on show", st)
		}
		wait(time.Hour)
		if got := s.taken(); got != nil {
			t.Errorf("after that it has read at %v", got)
		}
		s.set(signedIn(t, "refresh-2"), nil)
		change()
		if got := h.State().Status; got != auth.StatusHealthy {
			t.Errorf("after the rest has come the State is %q", got)
		}
	})
}

func TestFollowTakesTheRestWithoutAnEvent(t *testing.T) {
	inFollow(t, func(h *Home, s *scriptedStore, change func()) {
		s.set(nil, half)
		change()
		wait(60 * ms)
		s.set(nil, auth.ErrNoCredential)
		wait(90 * ms)
		if got := h.State().Status; got != auth.StatusSignedOut {
			t.Errorf("the State is %q", got)
		}
		if got, want := s.taken(), []time.Duration{0, 50 * ms, 150 * ms}; !slices.Equal(got, want) {
			t.Errorf("it has read at %v, want %v", got, want)
		}
		wait(time.Hour)
		if got := s.taken(); got != nil {
			t.Errorf("after that it has read at %v", got)
		}
	})
}

func TestFollowBeginsThePausesAnewWithEachEvent(t *testing.T) {
	inFollow(t, func(h *Home, s *scriptedStore, change func()) {
		s.set(nil, half)
		change()
		wait(300 * ms)
		change() // somebody is still writing
		wait(749 * ms)
		want := []time.Duration{0, 50 * ms, 150 * ms, 300 * ms, 350 * ms, 450 * ms, 650 * ms}
		if got := s.taken(); !slices.Equal(got, want) {
			t.Errorf("it has read at %v, want %v", got, want)
		}
		if got := h.State().Status; got != auth.StatusHealthy {
			t.Errorf("the State is %q, want what it was", got)
		}
		wait(ms)
		if got := h.State().Status; got != auth.StatusUnreadable {
			t.Errorf("in the end the State is %q", got)
		}
	})
}

// A keyring that sends no signals is read every half minute, and no longer
// than it is the store.
func TestPollTicksUntilItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		k := keyringEvents{changes: poll(ctx), cancel: cancel}
		ticks, began := k.changes, time.Now()
		for i := range 3 {
			<-ticks
			if got, want := time.Since(began), time.Duration(i+1)*keyringPoll; got != want {
				t.Errorf("tick %d came after %v, want %v", i, got, want)
			}
		}
		wait(2 * keyringPoll) // one tick waits to be read
		k.stop()
		select {
		case <-ticks: // closed
		default:
			t.Error("it goes on after its end")
		}
	})
}

// What one command of Rekey was refused, the agent knows at once, without asking
// the server itself.
func TestAgentHeedsWhatAnotherProcessIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{AccessLife: 4 * time.Hour})
	agent, _ := r.join()
	kit.Await(t, agent, "a healthy sign-in", func(st auth.State) bool { return st.Status == auth.StatusHealthy })
	r.server.RevokeAll()
	command := r.open()
	if err := command.Refresh(within(t)); auth.OutcomeOf(err) != auth.OutcomePermanent {
		t.Fatalf("Refresh = %v", err)
	}
	st := kit.Await(t, agent, "the refusal", func(st auth.State) bool { return st.NeedsSignIn() })
	if st.Refused == "" || st.Notice == "" || r.server.Refreshes() != 1 {
		t.Errorf("after %d requests the State is %+v", r.server.Refreshes(), st)
	}
}
