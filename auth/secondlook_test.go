package auth

import (
	"testing"
	"testing/synctest"
	"time"

	"rekey/test/kit/must"
)

const look = 3 * time.Second

// looking is a Manager whose refresh token the server has just refused as
// reused; done gets the callers' result. It runs in a synctest bubble.
func looking(t *testing.T, reason Reason) (r *rig, done <-chan error) {
	t.Helper()
	r = newRig(t, chatGPT(), func(o *Options) { o.SecondLook = look })
	r.authority.then(refused(reason), refreshed("2"))
	release := r.authority.block()
	done = r.refreshLater()
	r.journal.read()
	release()
	synctest.Wait()
	return r, done
}

// wantAfter checks how long something took since start.
func wantAfter(t *testing.T, start time.Time, want time.Duration) {
	t.Helper()
	if got := time.Since(start); got != want {
		t.Errorf("took %v, want %v", got, want)
	}
}

// TestSecondLookAdoptsAtOnce: the winner has committed before our answer came.
func TestSecondLookAdoptsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		r := newRig(t, chatGPT(), func(o *Options) { o.SecondLook = look })
		r.authority.then(refused(ReasonReused))
		release := r.authority.block()
		done := r.refreshLater()
		r.store.put(rotated())
		release()
		must.Do(t, <-done)
		wantAfter(t, start, 0)
		r.wantCached("refresh-other")
		r.wantNotRefused(ReasonReused)
	})
}

// TestSecondLookAdoptsThroughReload: the watcher sees the winner's commit.
func TestSecondLookAdoptsThroughReload(t *testing.T) {
	for _, reason := range []Reason{ReasonReused, ReasonInvalidGrant, ReasonUnauthorized} {
		synctest.Test(t, func(t *testing.T) {
			r, done := looking(t, reason)
			start := time.Now()
			r.clock.Advance(refreshShown)
			st := r.wantStatus(StatusRefreshing)
			if st.Refused != "" || st.Notice != "" {
				t.Errorf("believed before the second look: %+v", st)
			}
			time.Sleep(time.Second)
			r.store.put(chatGPT(set("unknown", 1))) // not what is waited for
			must.Do(t, r.Reload(t.Context()))
			time.Sleep(time.Second)
			must.Do(t, r.reread(rotated()))
			must.Do(t, <-done)
			wantAfter(t, start, 2*time.Second)
			r.wantNotRefused(reason)
			r.wantJournal("clear")
			r.wantRequests(1)
		})
	}
}

// TestSecondLookAdoptsAtTheDeadline: the store has changed without a Reload, or
// it changes while the second look waits for the lock.
func TestSecondLookAdoptsAtTheDeadline(t *testing.T) {
	for name, how := range map[string]func(r *rig){
		"before the lock": func(r *rig) { r.store.put(rotated()) },
		"during the wait for the lock": func(r *rig) {
			r.store.fail(func(f *fakeStore) { f.beforeUpdate = func() { f.put(rotated()) } })
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, done := looking(t, ReasonReused)
				start := time.Now()
				how(r)
				must.Do(t, <-done)
				wantAfter(t, start, look)
				r.wantCached("refresh-other")
				r.wantStored("refresh-other")
				r.wantNotRefused(ReasonReused)
			})
		})
	}
}

// TestSecondLookBelievesAtTheDeadline: nothing has changed, so the refusal is
// believed; the look under the lock writes nothing, and may fail.
func TestSecondLookBelievesAtTheDeadline(t *testing.T) {
	for name, fault := range map[string]func(*fakeStore){
		"unchanged":  func(*fakeStore) {},
		"lock busy":  func(f *fakeStore) { f.updateErr = errDisk },
		"unreadable": func(f *fakeStore) { f.loadErr = &UnreadableError{} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, done := looking(t, ReasonReused)
				r.store.fail(fault)
				start := time.Now()
				wantPermanent(t, <-done, ReasonReused)
				wantAfter(t, start, look)
				r.wantJournal("update", "clear")
				if r.store.written() != 0 {
					t.Error("the look has written the store")
				}
				if st := r.wantStatus(StatusExpiring); st.Refused != ReasonReused || st.Notice == "" {
					t.Errorf("state = %+v", st)
				}
			})
		})
	}
}

// TestSecondLookSeesSomebodyElse: the user signed out or in to another account.
func TestSecondLookSeesSomebodyElse(t *testing.T) {
	for name, disk := range map[string][]byte{"another account": grace(), "signed out": nil, "API key": apiKeyFile("sk-1")} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, done := looking(t, ReasonReused)
				must.Do(t, r.reread(disk))
				wantPermanent(t, <-done, ReasonAccountChanged)
				r.wantNotRefused(ReasonReused)
			})
		})
	}
}

// TestSecondLookIsForRacesOnly: no race can produce an expired or a revoked token.
func TestSecondLookIsForRacesOnly(t *testing.T) {
	for _, reason := range []Reason{ReasonExpired, ReasonRevoked} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			_, done := looking(t, reason)
			wantPermanent(t, <-done, reason)
			wantAfter(t, start, 0)
		})
	}
}

// TestSecondLookOfTheSameToken: changed content that still holds the refused
// refresh token is not a winner's.
func TestSecondLookOfTheSameToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, done := looking(t, ReasonReused)
		start := time.Now()
		must.Do(t, r.reread(chatGPT(set("OPENAI_API_KEY", "sk-added"))))
		wantPermanent(t, <-done, ReasonReused)
		wantAfter(t, start, look)
		wantPermanent(t, r.refresh(), ReasonReused)
		r.wantRequests(1)
		r.wantStatus(StatusExpiring)
	})
}

// wantNotRefused checks that the cached credentials are not refused, although
// the earlier token is once a reason names it.
func (r *rig) wantNotRefused(reason Reason) {
	r.t.Helper()
	if st := r.State(); st.Refused != "" || st.Notice != "" {
		r.t.Errorf("refused: %+v", st)
	}
	_, recorded := r.memory.Lookup(fakeFingerprints{}.Token(mustParse(r.t, chatGPT())))
	if recorded != reason.NamesToken() {
		r.t.Errorf("the refusal of the former token is recorded: %t, reason %s", recorded, reason)
	}
}
