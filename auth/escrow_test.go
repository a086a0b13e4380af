package auth

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"rekey/test/kit/must"
)

// TestAfterKill is the next start after a process was killed at each step.
func TestAfterKill(t *testing.T) {
	key := fakeFingerprints{}.Token(mustParse(t, chatGPT()))
	reserved := func(e *fakeEscrow) { _ = e.inMemory.Reserve(key, noon) }
	sent := func(e *fakeEscrow) { reserved(e); _ = e.inMemory.Sent(key) }
	kept := func(e *fakeEscrow) { sent(e); _ = e.inMemory.Keep(key, refreshed("2").tokens) }
	for _, tt := range []struct {
		name    string
		escrow  func(*fakeEscrow)
		disk    []byte
		journal []string // of the start
		stored  string
		lost    bool // the State says so
		sends   int  // what an explicit refresh then sends
	}{
		{"before anything", func(*fakeEscrow) {}, chatGPT(), nil, "refresh-1", false, 1},
		{"before the request", reserved, chatGPT(), nil, "refresh-1", false, 1},
		{"during the request", sent, chatGPT(), nil, "refresh-1", true, 1},
		{"before the commit", kept, chatGPT(), []string{"update", "clear"}, "refresh-2", false, 1},
		{"before the escrow was emptied", kept, rotated(), []string{"clear"}, "refresh-other", false, 1},
		{"and somebody else signed in", kept, grace(), []string{"clear"}, "refresh-grace", false, 1},
		{"and became an API key", kept, apiKeyFile("sk-1"), nil, "", false, 0},
		{"and signed out", kept, nil, nil, "", false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, nil)
			tt.escrow(r.escrow)
			r.store.put(tt.disk)
			r.restart()
			r.authority.then(refreshed("3"))
			must.Do(t, r.Reload(t.Context()))
			r.wantJournal(tt.journal...)
			r.wantStored(tt.stored)
			r.wantRequests(0)
			if st := r.State(); st.AnswerLost != tt.lost || tt.lost && st.NeverTried {
				t.Errorf("state = %+v, want answer lost %t", st, tt.lost)
			}
			r.later()
			must.Do(t, r.refresh())
			r.wantRequests(tt.sends)
		})
	}
}

// TestReloadDoesNotWaitForCodex: while a Codex holds its lock, a Reload goes on
// without saving an earlier answer, whose token works, and the next one saves it.
func TestReloadDoesNotWaitForCodex(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		key := fakeFingerprints{}.Token(mustParse(t, chatGPT()))
		must.Do(t, errors.Join(r.escrow.Reserve(key, noon), r.escrow.Sent(key), r.escrow.Keep(key, refreshed("2").tokens)))
		r.store.put(chatGPT())
		r.restart()
		r.store.fail(func(f *fakeStore) { f.updateWaits = true })
		start := time.Now()
		must.Do(t, r.Reload(t.Context()))
		if took := time.Since(start); took > settleLimit {
			t.Errorf("it took %v", took)
		}
		r.wantStored("refresh-1")
		if st := r.State(); !st.CommitPending {
			t.Errorf("state = %+v", st)
		}
		r.store.fail(func(f *fakeStore) { f.updateWaits = false })
		must.Do(t, r.Reload(t.Context()))
		r.wantStored("refresh-2")
		r.wantRequests(0)
	})
}

// TestEscrowOutlivesAMissingStore: while the store is missing or unreadable the
// escrow keeps the answer, and commits it when the redeemed token is back.
func TestEscrowOutlivesAMissingStore(t *testing.T) {
	for name, missing := range map[string][]byte{"gone": nil, "unreadable": []byte(`{"tok`), "an API key": apiKeyFile("sk-1")} {
		for _, restart := range []bool{false, true} {
			r := newRig(t, chatGPT())
			r.authority.then(refreshed("2"))
			r.store.fail(func(f *fakeStore) { f.updateErr = errDisk })
			wantTransient(t, r.refresh())
			r.store.fail(func(f *fakeStore) { f.updateErr = nil })
			if restart {
				r.restart()
			}
			_ = r.reread(missing)
			r.wantHeld("refresh-2")
			must.Do(t, r.reread(chatGPT()))
			r.wantStored("refresh-2")
			r.wantHeld("")
			r.wantRequests(1)
			if t.Failed() {
				t.Fatalf("%s, restart %t", name, restart)
			}
		}
	}
}

// TestEscrowOutlivesAMovedHome: a store that goes away during the request gets the
// answer as soon as it is back.
func TestEscrowOutlivesAMovedHome(t *testing.T) {
	r := newRig(t, chatGPT())
	r.authority.then(refreshed("2"))
	release := r.authority.block()
	done := r.refreshLater()
	r.store.put(nil)
	release()
	if err := <-done; err == nil {
		t.Error("the refresh succeeds")
	}
	r.wantHeld("refresh-2")
	r.store.put(chatGPT())
	if err := r.Reload(t.Context()); err != nil {
		t.Error(err)
	}
	r.wantStored("refresh-2")
	r.wantHeld("")
	r.wantRequests(1)
}

// TestAnswerLost: the State says that the token may be spent, until the store
// holds other credentials or a refresh succeeds.
func TestAnswerLost(t *testing.T) {
	wantLost := func(r *rig, want bool) {
		t.Helper()
		if st := r.State(); st.AnswerLost != want {
			t.Fatalf("answer lost = %t, want %t: %+v", st.AnswerLost, want, st)
		}
	}
	lost := func() *rig {
		r := newRig(t, chatGPT())
		r.authority.then(answerLost, refreshed("2"))
		wantTransient(t, r.refresh())
		wantLost(r, true)
		r.wantJournal("reserve", "sent", "send")
		return r
	}
	reload := func(r *rig, disk []byte) {
		_ = r.reread(disk)
	}

	r := lost()
	r.later()
	must.Do(t, r.refresh())
	wantLost(r, false)
	r.wantRequests(2)

	r = lost()
	reload(r, rotated())
	wantLost(r, false)

	r = lost()
	r.restart()
	reload(r, chatGPT())
	wantLost(r, true)
	reload(r, []byte(`{"tok`))
	reload(r, chatGPT())
	wantLost(r, true)

	r = lost()
	reload(r, chatGPT(set("last_refresh", "2026-03-23T11:30:00Z"))) // the same refresh token
	wantLost(r, true)

	r = lost()
	reload(r, []byte(`{"tok`))
	reload(r, chatGPT())
	wantLost(r, true)
	r.wantRequests(1)
}

// TestEscrowFailures: a failing escrow, after the answer has arrived or while
// looking for an old one, does not keep the answer out of the store.
func TestEscrowFailures(t *testing.T) {
	for name, fault := range map[string]func(*fakeEscrow){
		"does not take the answer": func(e *fakeEscrow) { e.keepErr = errDisk },
		"cannot be emptied":        func(e *fakeEscrow) { e.clearErr = errDisk },
		"cannot be read":           func(e *fakeEscrow) { e.heldErr = errDisk },
	} {
		r := newRig(t, chatGPT())
		r.authority.then(refreshed("2"))
		fault(r.escrow)
		if err := r.refresh(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		r.wantStored("refresh-2")
		r.wantCached("refresh-2")
	}
}

// TestSettlingNeedsTheLock: another process that holds it settles the escrow.
func TestSettlingNeedsTheLock(t *testing.T) {
	r := newRig(t, chatGPT())
	r.authority.then(refreshed("2"))
	r.store.fail(func(f *fakeStore) { f.updateErr = errDisk })
	wantTransient(t, r.refresh())
	r.store.fail(func(f *fakeStore) { f.updateErr = nil })

	free := r.options.RefreshLock
	r.options.RefreshLock = lockBusy
	r.restart()
	must.Do(t, r.Reload(t.Context()))
	r.wantHeld("refresh-2")
	r.wantStored("refresh-1")

	r.options.RefreshLock = free
	r.restart()
	must.Do(t, r.Reload(t.Context()))
	r.wantHeld("")
	r.wantStored("refresh-2")
}

// TestReloadDoesNotWaitForOthers: after its first look into the escrow, a
// Manager ignores what another process does there, so that its State never
// waits for it.
func TestReloadDoesNotWaitForOthers(t *testing.T) {
	r := newRig(t, chatGPT(), func(o *Options) {
		o.RefreshLock = func(context.Context) (func(), error) {
			t.Error("a reload waits for the refresh lock")
			return nil, errBusy
		}
	})
	must.Do(t, r.escrow.inMemory.Reserve(fakeFingerprints{}.Token(mustParse(t, chatGPT())), noon))
	must.Do(t, r.Reload(t.Context()))
}
