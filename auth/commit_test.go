package auth

import (
	"errors"
	"testing"
	"time"

	"rekey/test/kit/must"
)

// TestCommitOverWhatIsNoChange: formatting and unknown fields that were written
// while the answer was under way are kept, and the answer goes on top.
func TestCommitOverWhatIsNoChange(t *testing.T) {
	for name, disk := range sameContents(t) {
		t.Run(name, func(t *testing.T) {
			r, err := refreshOver(t, disk)
			if err != nil {
				t.Errorf("Refresh = %v", err)
			}
			r.wantStored("refresh-2")
			r.wantCached("refresh-2")
			if got, want := unknownFields(t, r.store.bytes()), unknownFields(t, disk); len(got) != len(want) {
				t.Errorf("unknown fields = %q, want %q", got, want)
			}
		})
	}
}

// TestCommitOverChanges has every row of Codex's table of changes in flight:
// the answer is committed on top, or discarded and the change adopted.
func TestCommitOverChanges(t *testing.T) {
	for _, c := range changes() {
		t.Run(c.name, func(t *testing.T) {
			r, err := refreshOver(t, c.content)
			left, _ := r.Snapshot()
			if c.redeemed {
				if err != nil {
					t.Errorf("Refresh = %v, want committed", err)
				}
				disk := mustParse(t, c.content)
				want, wantErr := disk.WithTokens(refreshed("2").tokens, noon)
				if wantErr != nil || !left.Equal(want) || !mustParse(t, r.store.bytes()).Equal(want) {
					t.Errorf("stored %s\nwant the change kept: %s", r.store.bytes(), want.Encode())
				}
				r.wantHeld("")
				return
			}
			if string(r.store.bytes()) != string(c.content) {
				t.Errorf("stored %s\nwant theirs: %s", r.store.bytes(), c.content)
			}
			if c.account && err != nil {
				t.Errorf("Refresh = %v, want theirs taken over", err)
			}
			if !c.account {
				wantPermanent(t, err, ReasonAccountChanged)
			}
			var disk *Snapshot
			if c.content != nil {
				disk = mustParse(t, c.content)
			}
			if !left.Equal(disk) {
				t.Errorf("cached %s, want what the store holds", left.Encode())
			}
			// The answer may still be needed as long as no other token is there.
			if disk.HasTokens() && disk.RefreshToken().Reveal() != "refresh-1" {
				r.wantHeld("")
			} else {
				r.wantHeld("refresh-2")
			}
		})
	}
}

// refreshOver refreshes Ada's sign-in while another program changes the store.
func refreshOver(t *testing.T, disk []byte) (*rig, error) {
	t.Helper()
	r := newRig(t, chatGPT())
	r.authority.then(refreshed("2"))
	release := r.authority.block()
	done := r.refreshLater()
	r.store.put(disk)
	release()
	return r, <-done
}

// wantHeld checks which refresh token the answer in the escrow has, "" for no answer.
func (r *rig) wantHeld(refreshToken string) {
	r.t.Helper()
	got := ""
	if entry, ok, _ := r.escrow.Held(); ok && entry.Answer != nil {
		got = entry.Answer.RefreshToken.Reveal()
	}
	if got != refreshToken {
		r.t.Errorf("the escrow holds %q, want %q", got, refreshToken)
	}
}

// TestCommitOverUnreadable: half a file is no reason to discard the answer.
func TestCommitOverUnreadable(t *testing.T) {
	r, err := refreshOver(t, chatGPT()[:100])
	wantTransient(t, err)
	r.wantHeld("refresh-2")
	r.store.put(chatGPT())
	must.Do(t, r.refresh())
	r.wantStored("refresh-2")
	r.wantHeld("")
	r.wantRequests(1)
}

// TestCommitFailureKeepsTheAnswer: a full disk loses no token and costs no
// second request.
func TestCommitFailureKeepsTheAnswer(t *testing.T) {
	for name, again := range map[string]func(r *rig) error{
		"the next reload":  func(r *rig) error { return r.Reload(r.t.Context()) },
		"the next refresh": (*rig).refresh,
		"the next start": func(r *rig) error {
			r.restart()
			return r.Reload(r.t.Context())
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, chatGPT())
			r.authority.then(refreshed("2"))
			r.store.fail(func(f *fakeStore) { f.updateErr = errDisk })
			err := r.refresh()
			wantTransient(t, err)
			if !errors.Is(err, errDisk) {
				t.Errorf("Refresh = %v, want the cause in it", err)
			}
			r.wantJournal("reserve", "sent", "send", "keep", "update")
			wantPending := func() {
				t.Helper()
				r.wantHeld("refresh-2")
				r.wantStored("refresh-1")
				if st := r.wantStatus(StatusHealthy); !st.CommitPending || st.Problem == "" || st.NeverTried {
					t.Errorf("state = %+v", st)
				}
				if used, _ := r.Use(t.Context()); used.RefreshToken().Reveal() != "refresh-2" {
					t.Error("the sign-in that works is not handed out")
				}
				r.wantRequests(1)
			}
			wantPending()
			_ = again(r) // still full
			wantPending()
			r.journal.read()

			r.store.fail(func(f *fakeStore) { f.updateErr = nil })
			r.clock.Advance(time.Minute)
			if err := again(r); err != nil {
				t.Errorf("with room again: %v", err)
			}
			r.wantJournal("update", "clear")
			r.wantStored("refresh-2")
			r.wantCached("refresh-2")
			r.wantHeld("")
			r.wantRequests(1)
			if st := r.wantStatus(StatusHealthy); st.CommitPending || st.Problem != "" || st.Refreshable != RefreshableYes {
				t.Errorf("state = %+v", st)
			}
		})
	}
}

// TestAnswerThatNothingTakes: an answer that neither the escrow nor the store
// can save is kept while the process lives.
func TestAnswerThatNothingTakes(t *testing.T) {
	r := newRig(t, chatGPT())
	r.authority.then(refreshed("2"))
	r.escrow.keepErr = errDisk
	r.store.fail(func(f *fakeStore) { f.updateErr = errDisk })
	wantTransient(t, r.refresh())
	if used, _ := r.Use(t.Context()); used.RefreshToken().Reveal() != "refresh-2" {
		t.Error("the sign-in that works is not handed out")
	}
	r.store.fail(func(f *fakeStore) { f.updateErr = nil })
	must.Do(t, r.Reload(t.Context()))
	r.wantStored("refresh-2")
	r.wantRequests(1)
}

// TestCannotSaveSendsNothing: nothing is sent if the answer could not be kept.
func TestCannotSaveSendsNothing(t *testing.T) {
	for name, set := range map[string]func(r *rig, err error){
		"no room in the escrow":       func(r *rig, err error) { r.escrow.reserveErr = err },
		"escrow lost before the send": func(r *rig, err error) { r.escrow.sentErr = err },
		"store not writable":          func(r *rig, err error) { r.store.fail(func(f *fakeStore) { f.writableErr = err }) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, chatGPT())
			r.authority.then(refreshed("2"))
			set(r, errDisk)
			for range 2 {
				err := r.refresh()
				wantTransient(t, err)
				if !errors.Is(err, ErrCannotSave) || !errors.Is(err, errDisk) {
					t.Errorf("Refresh = %v, want ErrCannotSave and its reason", err)
				}
			}
			r.wantRequests(0)
			if st := r.wantStatus(StatusHealthy); !st.CannotSave || st.Problem == "" || st.NeverTried {
				t.Errorf("state = %+v", st)
			}
			set(r, nil)
			must.Do(t, r.refresh())
			if st := r.wantStatus(StatusHealthy); st.CannotSave || st.Problem != "" {
				t.Errorf("state = %+v", st)
			}
			r.wantRequests(1)
		})
	}
}

// TestReplacedWhileTakenOver: another program signs in after the answer is
// stored and before it is cached. The cache ends up with the store's content.
func TestReplacedWhileTakenOver(t *testing.T) {
	var r *rig
	r = newRig(t, chatGPT(), func(o *Options) {
		o.Step = func(step Step) {
			if step == StepCommitted {
				_ = r.reread(chatGPT(set("tokens.refresh_token", "theirs")))
			}
		}
	})
	r.authority.then(refreshed("2"))
	must.Do(t, r.refresh())
	r.wantCached("theirs")
}
