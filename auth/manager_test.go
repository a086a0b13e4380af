package auth

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"rekey/test/kit/must"
)

// TestReload: the store's content becomes the State; what may be half written does
// not where it is only tried.
func TestReload(t *testing.T) {
	r := newRig(t, chatGPT())
	reload := func(disk []byte) error { r.store.put(disk); return r.Reload(t.Context()) }
	try := func(disk []byte) error { r.store.put(disk); return r.TryReload(t.Context()) }
	var unreadable *UnreadableError

	if err := try(chatGPT()[:50]); !errors.As(err, &unreadable) {
		t.Errorf("half a file: %v", err)
	}
	r.wantStatus(StatusHealthy)
	r.wantCached("refresh-1")

	if err := reload(chatGPT()[:50]); !errors.As(err, &unreadable) {
		t.Errorf("half a file for good: %v", err)
	}
	if st := r.wantStatus(StatusUnreadable); st.Email != "ada@example.com" || st.Method != KindNone {
		t.Errorf("the last account is not on show: %+v", st)
	}
	if s, _ := r.Snapshot(); s != nil {
		t.Errorf("unreadable credentials are given out: %v", s)
	}

	if err := try(nil); err != nil {
		t.Errorf("no credentials: %v", err)
	}
	if st := r.wantStatus(StatusSignedOut); st.Email != "" {
		t.Errorf("signed out: %+v", st)
	}
	if err := reload([]byte("{")); err == nil {
		t.Error("half a file after a sign-out")
	}
	if st := r.wantStatus(StatusUnreadable); st.Email != "" {
		t.Errorf("the account of an ended sign-in is on show: %+v", st)
	}

	must.Do(t, try(rotated()))
	r.wantStatus(StatusHealthy)
}

// TestRestriction: credentials that the configuration forbids count as absent.
func TestRestriction(t *testing.T) {
	objection := errors.New("only API keys are allowed here")
	r := newRig(t, chatGPT(ends(-1)), func(o *Options) {
		o.Restriction = func(s *Snapshot) error {
			if s.Kind() == KindAPIKey {
				return nil
			}
			return objection
		}
	})
	if st := r.wantStatus(StatusSignedOut); !st.Restricted || st.Problem != "Only API keys are allowed here" {
		t.Errorf("state = %+v", st)
	}
	if s, _ := r.Use(t.Context()); s != nil {
		t.Errorf("forbidden credentials are given out: %v", s)
	}
	must.Do(t, r.refresh())
	r.wantJournal()
	if string(r.store.bytes()) != string(chatGPT(ends(-1))) {
		t.Error("forbidden credentials are touched")
	}
	s, _ := ParseSnapshot(chatGPT())
	if got := r.Restriction(s); got != objection {
		t.Errorf("Restriction = %v", got)
	}
	must.Do(t, r.reread(apiKeyFile("sk-1")))
	if st := r.wantStatus(StatusAPIKey); st.Restricted || st.Problem != "" {
		t.Errorf("state = %+v", st)
	}
}

// TestSubscribe: subscribers get the current State immediately, then the
// newest, and nothing for equal content.
func TestSubscribe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, chatGPT())
		ctx, cancel := context.WithCancel(t.Context())
		states := r.Subscribe(ctx)
		if st := <-states; st.Status != StatusHealthy {
			t.Errorf("first: %+v", st)
		}
		quiet := func(what string) {
			t.Helper()
			synctest.Wait()
			select {
			case st := <-states:
				t.Errorf("%s publishes %+v", what, st)
			default:
			}
		}
		for name, content := range sameContents(t) {
			must.Do(t, r.reread(content))
			quiet(name)
		}
		r.publish()
		quiet("a tick")
		r.SetPreferences(KeepFresh(false))
		quiet("an annotation that changes nothing")

		r.SetSchedule(noon.Add(time.Minute), false)
		r.SetSchedule(noon.Add(2*time.Minute), false)
		if st := <-states; !st.NextRefresh.Equal(noon.Add(2 * time.Minute)) {
			t.Errorf("not the newest: %+v", st)
		}
		quiet("what was overtaken")

		r.clock.Advance(time.Hour)
		r.publish()
		if st := <-states; st.Status != StatusWaiting || st.Usable {
			t.Errorf("after the end of the access token: %+v", st)
		}
		cancel()
		if _, open := <-states; open {
			t.Error("the channel of a subscriber that has left is open")
		}
	})
}

// TestSubscribersSeeEveryTurn: a reader that keeps up sees every State of a
// refresh; a later one sees the last.
func TestSubscribersSeeEveryTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, chatGPT())
		r.authority.then(refused(ReasonRevoked))
		release := r.authority.block()
		states := r.Subscribe(t.Context())
		<-states
		done := r.refreshLater()
		r.clock.Advance(refreshShown)
		if st := <-states; st.Status != StatusRefreshing {
			t.Errorf("during the request: %+v", st)
		}
		release()
		<-done
		synctest.Wait()
		late := <-r.Subscribe(t.Context())
		if st := <-states; st.Status != StatusExpiring || st != late {
			t.Errorf("after it: %+v, %+v", st, late)
		}
	})
}

// TestClose waits for the answer that is under way, so that it is not lost.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, chatGPT())
		if err := r.Close(t.Context()); err != nil {
			t.Errorf("Close with nothing under way = %v", err)
		}
		r.authority.then(refreshed("2"))
		release := r.authority.block()
		given, giveUp := context.WithCancel(t.Context())
		asked := make(chan error, 1)
		go func() { asked <- r.Refresh(given, RefreshForced) }()
		r.waitForRequest()
		giveUp() // no caller waits for the answer any more
		<-asked

		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.Close(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Close under way = %v, want the deadline", err)
		}
		closed := make(chan error, 1)
		go func() { closed <- r.Close(t.Context()) }()
		synctest.Wait()
		select {
		case <-closed:
			t.Error("Close does not wait")
		default:
		}
		release()
		must.Do(t, <-closed)
		r.wantStored("refresh-2")
		r.wantHeld("")
	})
}
