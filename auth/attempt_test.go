package auth

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"rekey/test/kit/must"
)

// TestRefusedTokensNeverReturn: two old files take turns in the store, written
// while the answer is under way as well. Each token is sent once.
func TestRefusedTokensNeverReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, chatGPT(), func(o *Options) { o.SecondLook = look })
		r.authority.then(refused(ReasonReused))
		files := [][]byte{rotated(), chatGPT()}
		for i := range 20 {
			release := r.authority.block()
			done := make(chan error, 1)
			go func() { done <- r.Refresh(t.Context(), RefreshForced) }()
			synctest.Wait()
			r.store.put(files[i%2])
			release()
			<-done // refused, or adopted the other file
			if i == 10 {
				r.restart()
			}
			must.Do(t, r.Reload(t.Context()))
			r.later()
		}
		r.wantRequests(2)
		if st := r.wantStatus(StatusSignInRequired); st.Refused != ReasonReused {
			t.Errorf("state = %+v", st)
		}
	})
}

// TestAnswerStaysLost: the outcome of later attempts says nothing about the
// lost one.
func TestAnswerStaysLost(t *testing.T) {
	unsent := answer{err: &RefreshError{Err: errors.New("connection refused")}}
	for name, tt := range map[string]struct {
		later answer
		lost  bool
	}{
		"not reached":       {unsent, true},
		"server error":      {serverDown, true},
		"unexplained":       {refused(ReasonUnauthorized), true},
		"named by reason":   {refused(ReasonReused), false},
		"refreshed at last": {refreshed("2"), false},
	} {
		for _, restart := range []bool{false, true} {
			r := newRig(t, chatGPT())
			r.authority.then(answerLost, tt.later)
			wantTransient(t, r.refresh())
			if restart {
				r.restart()
				_ = r.Reload(t.Context())
			}
			r.later()
			_ = r.refresh()
			r.wantRequests(2)
			entry, _, _ := r.escrow.Held()
			if got := r.State().AnswerLost; got != tt.lost || entry.Sent != tt.lost {
				t.Errorf("%s, restart %t: answer lost = %t, in the escrow %t, want %t", name, restart, got, entry.Sent, tt.lost)
			}
		}
	}
}

// TestSpacing: asking too early returns the outcome of the last request and
// sends nothing, in this process and in the next one.
func TestSpacing(t *testing.T) {
	busy := answer{err: &RefreshError{Status: 429, Code: "slow_down", RetryAfter: time.Hour}}
	for name, tt := range map[string]struct {
		answer answer
		waits  []time.Duration // after each of the requests
	}{
		"server error": {serverDown, []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 5 * time.Minute, 5 * time.Minute}},
		"answer lost":  {answerLost, []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute}},
		"Retry-After":  {busy, []time.Duration{time.Hour, time.Hour}},
		"unexplained":  {refused(ReasonUnauthorized), []time.Duration{30 * time.Second, time.Minute}},
		"expired tokens": {answer{tokens: TokenResponse{AccessToken: secret(accessToken("old", noon.Add(-time.Hour)))}},
			[]time.Duration{30 * time.Second, time.Minute, 2 * time.Minute}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, chatGPT())
			r.authority.then(tt.answer)
			for i, wait := range tt.waits {
				first := r.refresh()
				r.wantRequests(i + 1)
				r.clock.Advance(wait - time.Second)
				for _, restart := range []bool{false, true} {
					if restart {
						r.restart()
						_ = r.Reload(t.Context())
					}
					again := r.refresh()
					var a, b *RefreshError
					if errors.As(first, &a) != errors.As(again, &b) ||
						a != nil && !a.Permanent && (a.Status != b.Status || a.Code != b.Code || a.AnswerLost != b.AnswerLost || b.Permanent) ||
						a != nil && a.Permanent && (!b.Permanent || a.Reason != b.Reason) {
						t.Errorf("too early = %v, want what the last request came to: %v", again, first)
					}
					if restart && b != nil && !b.NotBefore.Equal(r.clock.Now().Add(time.Second)) {
						t.Errorf("not before %v, want in a second", b.NotBefore)
					}
				}
				r.wantRequests(i + 1)
				r.clock.Advance(time.Second)
			}
		})
	}
}

// TestSpacingEnds: there is no spacing for other credentials, after a request
// that did not reach the server, or AsCodex. Setting the clock back does not
// make it longer.
func TestSpacingEnds(t *testing.T) {
	r := newRig(t, chatGPT())
	r.authority.then(serverDown)
	_ = r.refresh()
	_ = r.reread(rotated())
	_ = r.refresh()
	r.wantRequests(2)
	r.store.put(chatGPT()) // its own spacing still holds
	_ = r.Reload(t.Context())
	_ = r.refresh()
	r.wantRequests(2)

	r = newRig(t, chatGPT())
	r.authority.then(answer{err: &RefreshError{Err: errors.New("connection refused")}}, refreshed("2"), refreshed("3"))
	wantTransient(t, r.refresh())
	for range 3 {
		must.Do(t, r.refresh())
	}
	r.wantRequests(2)

	r = newRig(t, chatGPT(), asCodex)
	r.authority.then(serverDown)
	for range 5 {
		_ = r.refresh()
	}
	r.wantRequests(5)

	r = newRig(t, chatGPT())
	r.authority.then(serverDown)
	_ = r.refresh()
	r.clock.Advance(-24 * time.Hour)
	_ = r.refresh()
	r.clock.Advance(29 * time.Second)
	_ = r.refresh()
	r.wantRequests(1)
	r.clock.Advance(time.Second)
	_ = r.refresh()
	r.wantRequests(2)
}

// TestClockSetBackBetweenTwo: what the server asked of another process also holds in
// one whose own last request was made while the clock was ahead.
func TestClockSetBackBetweenTwo(t *testing.T) {
	r := newRig(t, chatGPT())
	r.authority.then(serverDown, answer{err: &RefreshError{Status: 429, RetryAfter: time.Hour}}, refreshed("2"))
	_ = r.refresh()
	first := r.Manager
	r.clock.Advance(-24 * time.Hour)
	r.restart()
	_ = r.Reload(t.Context())
	_ = r.refresh() // its spacing begins anew
	r.clock.Advance(MinSpacing)
	_ = r.refresh()
	for range 2 {
		_ = first.Refresh(t.Context(), RefreshForced)
		r.clock.Advance(30 * time.Minute)
		r.wantRequests(2)
	}
	must.Do(t, first.Refresh(t.Context(), RefreshForced))
	r.wantRequests(3)
}

// TestTokenSpacing: scripts that keep asking for a token in vain do not make
// the agent keep asking the server.
func TestTokenSpacing(t *testing.T) {
	for name, a := range map[string]answer{"server error": serverDown, "answer lost": answerLost, "too short": refreshed("2")} {
		r := newRig(t, chatGPT(set("tokens.access_token", accessToken("old", noon.Add(-time.Hour)))))
		r.authority.then(a)
		for range 50 {
			if _, err := r.Token(t.Context(), 10*time.Hour); err == nil {
				t.Error(name, "a token that cannot be had")
			}
		}
		r.wantRequests(1)
	}
}

// TestWrongClock: tokens that have already expired when they arrive give
// ErrClock, also in a process without a keeper, and in the next one.
func TestWrongClock(t *testing.T) {
	r := newRig(t, chatGPT(ends(-time.Hour)))
	r.authority.then(answer{tokens: TokenResponse{AccessToken: secret(accessToken("old", noon.Add(-time.Minute))), RefreshToken: secret("refresh-2")}})
	if _, err := r.Token(t.Context(), time.Minute); !errors.Is(err, ErrClock) {
		t.Errorf("Token = %v, want that a clock is wrong", err)
	}
	for _, restart := range []bool{false, true} {
		if restart {
			r.restart()
			_ = r.Reload(t.Context())
		}
		if st := r.wantStatus(StatusWaiting); st.Cause.Code() != "clock_wrong" || st.LastAttempt.Outcome != AttemptRefreshed {
			t.Errorf("state = %+v", st)
		}
	}
	r.wantRequests(1)
}

// TestAsCodexSendsAnyway: Codex sends even if the answer cannot be saved.
func TestAsCodexSendsAnyway(t *testing.T) {
	r := newRig(t, chatGPT(), asCodex)
	r.authority.then(refreshed("2"))
	r.escrow.reserveErr, r.escrow.sentErr, r.escrow.keepErr = errDisk, errDisk, errDisk
	r.store.fail(func(f *fakeStore) { f.writableErr = errDisk })
	must.Do(t, r.refresh())
	r.wantRequests(1)
	r.wantStored("refresh-2")
	if st := r.State(); st.CannotSave {
		t.Errorf("state = %+v", st)
	}
}

// TestAsCodexYields: as in Codex the answer is not stored and the cache stays
// as it was, but the escrow keeps the answer as long as its token is still
// there.
func TestAsCodexYields(t *testing.T) {
	r := newRig(t, chatGPT(), asCodex)
	r.authority.then(refreshed("2"))
	release := r.authority.block()
	done := r.refreshLater()
	r.store.put(grace())
	release()
	wantPermanent(t, <-done, ReasonAccountChanged)
	r.wantCached("refresh-1")
	r.wantStored("refresh-grace")
	if _, refusal := r.Snapshot(); refusal != nil {
		t.Errorf("refused: %+v", refusal)
	}
}
