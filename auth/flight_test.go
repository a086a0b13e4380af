package auth

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	"rekey/test/kit/must"
)

// TestSingleFlight: a thousand callers at once share one request.
func TestSingleFlight(t *testing.T) {
	for name, tt := range map[string]struct {
		answer answer
		want   Outcome
	}{
		"refreshed": {refreshed("2"), OutcomeOK},
		"refused":   {refused(ReasonReused), OutcomePermanent},
		"down":      {serverDown, OutcomeTransient},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const callers = 1000
				r := newRig(t, chatGPT())
				r.authority.then(tt.answer)
				release := r.authority.block()
				results := make(chan error, callers)
				for range callers {
					go func() { results <- r.refresh() }()
				}
				synctest.Wait() // until all of them wait for the one answer
				r.wantRequests(1)
				release()
				for range callers {
					if err := <-results; OutcomeOf(err) != tt.want {
						t.Fatalf("a caller is told %v", err)
					}
				}
				r.wantRequests(1)
			})
		})
	}
}

// TestCallerGivesUp: a caller that gives up ends only its own wait, even if its
// call started the flight.
func TestCallerGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, chatGPT())
		r.authority.then(refreshed("2"))
		release := r.authority.block()
		impatient, giveUp := context.WithCancelCause(t.Context())
		first := make(chan error, 1)
		go func() { first <- r.Refresh(impatient, RefreshForced) }()
		r.waitForRequest()
		second := make(chan error, 1)
		go func() { second <- r.refresh() }()
		synctest.Wait()

		why := errors.New("the window was closed")
		giveUp(why)
		if err := <-first; !errors.Is(err, why) {
			t.Errorf("the impatient caller is told %v", err)
		}
		select {
		case err := <-second:
			t.Fatalf("the patient caller is told %v before the answer", err)
		default:
		}
		release()
		if err := <-second; err != nil {
			t.Errorf("the patient caller is told %v", err)
		}
		r.wantRequests(1)
		r.wantStored("refresh-2")
	})
}

// TestFlightsFollowEachOther: the answer of one flight is not that of the next.
func TestFlightsFollowEachOther(t *testing.T) {
	r := newRig(t, chatGPT())
	r.authority.then(serverDown, refreshed("2"), refreshed("3"))
	wantTransient(t, r.refresh())
	for range 2 {
		r.later()
		must.Do(t, r.refresh())
	}
	r.wantRequests(3)
	if sent := r.authority.requests()[2].RefreshToken.Reveal(); sent != "refresh-2" {
		t.Errorf("the third request spends %q, want the newest token", sent)
	}
}

// TestNoLockNoRequest: without the home's refresh lock nothing is sent.
func TestNoLockNoRequest(t *testing.T) {
	r := newRig(t, chatGPT(), func(o *Options) { o.RefreshLock = lockBusy })
	err := r.refresh()
	wantTransient(t, err)
	if !errors.Is(err, errBusy) {
		t.Errorf("Refresh = %v, want the cause in it", err)
	}
	r.wantJournal()
}

// TestNoLockOfTheToken: what keeps the lock of a refresh token from being made would
// also keep its fate from being recorded, and the State says so.
func TestNoLockOfTheToken(t *testing.T) {
	for _, err := range []error{syscall.EDQUOT, fmt.Errorf("%w: %w", ErrRefreshing, errBusy)} {
		r := newRig(t, chatGPT(), func(o *Options) { o.Lineage = noLock{err: err} })
		busy := errors.Is(err, ErrRefreshing)
		if got := r.refresh(); !errors.Is(got, err) || errors.Is(got, ErrCannotSave) == busy || r.State().CannotSave == busy {
			t.Errorf("with %v: Refresh = %v, the State %+v", err, got, r.State())
		}
		r.wantRequests(0)
	}
}

// noLock is a Lineage whose lock cannot be had.
type noLock struct {
	noLineage
	err error
}

func (l noLock) Lock(context.Context, *Snapshot) (func(), error) { return nil, l.err }

// TestCloseWaitsForNoOtherProcess: where another one holds the lock, nothing is
// under way here that could be lost.
func TestCloseWaitsForNoOtherProcess(t *testing.T) {
	for name, change := range map[string]func(o *Options, lock heldElsewhere){
		"this home's":        func(o *Options, lock heldElsewhere) { o.RefreshLock = lock.wait },
		"a copy's":           func(o *Options, lock heldElsewhere) { o.Lineage = lock },
		"a copy's, as Codex": func(o *Options, lock heldElsewhere) { o.Lineage, o.AsCodex = lock, true },
	} {
		t.Run(name, func(t *testing.T) {
			lock := heldElsewhere{waits: make(chan struct{})}
			r := newRig(t, chatGPT(), func(o *Options) { change(o, lock) })
			done := make(chan error, 1)
			go func() { done <- r.Refresh(t.Context(), RefreshForced) }()
			<-lock.waits
			must.Do(t, r.Close(deadline(t)))
			wantTransient(t, <-done)
			if st := r.State(); st.CannotSave {
				t.Error("the State says that nothing can be saved")
			}
			r.wantRequests(0)
		})
	}
}

// heldElsewhere is a lock that another process holds.
type heldElsewhere struct {
	noLineage
	waits chan struct{} // closed when somebody waits
}

func (l heldElsewhere) wait(ctx context.Context) (func(), error) {
	close(l.waits)
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

func (l heldElsewhere) Lock(ctx context.Context, _ *Snapshot) (func(), error) { return l.wait(ctx) }

var errBusy = errors.New("lock busy")

func lockBusy(context.Context) (unlock func(), err error) { return nil, errBusy }

// lockFor gives the Manager a refresh lock.
func lockFor(o *Options) {
	lock := make(chan struct{}, 1)
	o.RefreshLock = func(ctx context.Context) (func(), error) {
		select {
		case lock <- struct{}{}:
			return func() { <-lock }, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// TestLockIsHeld: from before the guarded reload until the escrow is empty.
func TestLockIsHeld(t *testing.T) {
	var (
		lock sync.Mutex
		r    *rig
	)
	r = newRig(t, chatGPT(), func(o *Options) {
		o.RefreshLock = func(context.Context) (func(), error) {
			lock.Lock()
			r.journal.add("lock")
			return func() { r.journal.add("unlock"); lock.Unlock() }, nil
		}
	})
	r.authority.then(refreshed("2"), refused(ReasonExpired))
	must.Do(t, r.refresh())
	r.wantJournal("lock", "reserve", "sent", "send", "keep", "update", "clear", "unlock")
	r.later()
	wantPermanent(t, r.refresh(), ReasonExpired)
	r.wantJournal("lock", "reserve", "sent", "send", "clear", "unlock")
	wantPermanent(t, r.refresh(), ReasonExpired)
	r.wantJournal("lock", "unlock")
}
