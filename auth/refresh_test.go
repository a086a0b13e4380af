package auth

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

// TestRefreshOrder is the order of steps: room for the answer before the
// request, the answer in the escrow before the store, and the escrow empty after.
func TestRefreshOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t, chatGPT(set("tokens.oauth_provenance", map[string]any{"issuer": "https://issuer.example", "client_id": "c"})))
	r.authority.then(renewed("2"))
	if err := r.refresh(); err != nil {
		t.Fatal(err)
	}
	r.wantJournal("reserve", "sent", "send", "keep", "update", "clear")
	r.wantCached("refresh-2")
	r.wantStored("refresh-2")
	st := r.wantStatus(StatusHealthy)
	if st.Renewable != RenewableYes || st.NeverTried || !st.LastRefresh.Equal(noon) {
		t.Errorf("after a renewal: %+v", st)
	}
	sent := r.authority.requests()[0]
	if sent.RefreshToken.Reveal() != "refresh-1" || sent.Reason != RefreshForced ||
		sent.Provenance == nil || sent.Provenance.Issuer != "https://issuer.example" {
		t.Errorf("sent %+v, token %q", sent, sent.RefreshToken.Reveal())
	}
	if _, held, _ := r.escrow.Held(); held {
		t.Error("the escrow still holds something")
	}
}

// TestRefreshWithoutOptionalParts: a Manager is complete without files of its own.
func TestRefreshWithoutOptionalParts(t *testing.T) {
	t.Parallel()
	r := newRig(t, chatGPT(), func(o *Options) {
		o.Refusals, o.Notices, o.Escrow, o.Now, o.Log = nil, nil, nil, nil, nil
	})
	r.authority.then(renewed("2"), refused(ReasonRevoked))
	if err := r.refresh(); err != nil {
		t.Fatal(err)
	}
	wantPermanent(t, r.refresh(), ReasonRevoked)
	wantPermanent(t, r.refresh(), ReasonRevoked)
	r.wantRequests(2)
	for _, want := range []bool{true, false} {
		if first, err := r.ClaimNotice("n"); first != want || err != nil {
			t.Errorf("ClaimNotice = %t, %v", first, err)
		}
	}
}

// TestNothingToRefresh: what is not ours to renew is not even looked at.
func TestNothingToRefresh(t *testing.T) {
	t.Parallel()
	for name, content := range map[string][]byte{
		"signed out":            nil,
		"API key":               apiKeyFile("sk-1"),
		"personal access token": []byte(`{"personal_access_token":"at-1"}`),
		"agent identity":        []byte(`{"auth_mode":"agentIdentity"}`),
		"host's, in the file":   chatGPT(set("auth_mode", "chatgptAuthTokens")),
		"no account_id":         chatGPT(unset("tokens.account_id")),
		"no tokens":             []byte(`{}`),
	} {
		for mode, change := range map[string]func(*Options){"agent": func(*Options) {}, "as Codex": asCodex} {
			r := newRig(t, content, change)
			if err := r.refresh(); err != nil {
				t.Errorf("%s, %s: Refresh = %v", name, mode, err)
			}
			r.wantJournal()
		}
	}
}

// TestAPIKeyWithRefreshRequested: an API key cannot be renewed; asking for it
// changes nothing and the key is still given out.
func TestAPIKeyWithRefreshRequested(t *testing.T) {
	t.Parallel()
	r := newRig(t, apiKeyFile("sk-test-1"))
	before := r.State()
	if err := r.refresh(); err != nil {
		t.Errorf("Refresh = %v, want nothing to do", err)
	}
	s, refusal := r.Use(t.Context())
	if s.APIKey().Reveal() != "sk-test-1" || refusal != nil {
		t.Errorf("API key = %q, refusal %v", s.APIKey().Reveal(), refusal)
	}
	if r.State() != before || before.Status != StatusAPIKey {
		t.Errorf("state = %+v, want as before: %+v", r.State(), before)
	}
	r.wantJournal()
}

// TestSingleFlight: a thousand callers at once share one request.
func TestSingleFlight(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer answer
		want   Outcome
	}{
		"renewed": {renewed("2"), OutcomeOK},
		"refused": {refused(ReasonReused), OutcomePermanent},
		"down":    {serverDown, OutcomeTransient},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
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

// TestCallerGivesUp: the end of one caller's patience ends nothing else, not
// even if it is the one whose call began the flight.
func TestCallerGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, chatGPT())
		r.authority.then(renewed("2"))
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
	t.Parallel()
	r := newRig(t, chatGPT())
	r.authority.then(serverDown, renewed("2"), renewed("3"))
	wantTransient(t, r.refresh())
	for range 2 {
		if err := r.refresh(); err != nil {
			t.Error(err)
		}
	}
	r.wantRequests(3)
	if sent := r.authority.requests()[2].RefreshToken.Reveal(); sent != "refresh-2" {
		t.Errorf("the third request spends %q, want the newest token", sent)
	}
}

// TestGuardedReload: what another process has done to the store since it was
// read decides before anything is sent.
func TestGuardedReload(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		disk    []byte
		outcome Outcome
		cached  string // refresh token
		asCodex string // the same, as Codex
		status  Status
	}{
		{"renewed by another process", rotated(), OutcomeOK, "refresh-other", "refresh-other", StatusHealthy},
		{"only last_refresh changed", chatGPT(set("last_refresh", "2026-03-23T11:30:00Z")), OutcomeOK, "refresh-1", "refresh-1", StatusHealthy},
		{"became the host's", chatGPT(set("auth_mode", "chatgptAuthTokens")), OutcomeOK, "refresh-1", "refresh-1", StatusExternal},
		{"another account", grace(), OutcomePermanent, "refresh-grace", "refresh-1", StatusHealthy},
		{"account_id removed", chatGPT(unset("tokens.account_id")), OutcomePermanent, "refresh-1", "refresh-1", StatusHealthy},
		{"became an API key", apiKeyFile("sk-1"), OutcomePermanent, "", "refresh-1", StatusAPIKey},
		{"gone", nil, OutcomePermanent, "", "refresh-1", StatusSignedOut},
		{"unreadable", []byte(`{"tokens"`), OutcomeTransient, "refresh-1", "refresh-1", StatusHealthy},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for mode, change := range map[string]func(*Options){"agent": func(*Options) {}, "as Codex": asCodex} {
				r := newRig(t, chatGPT(), change)
				r.store.put(tt.disk)
				err := r.refresh()
				if OutcomeOf(err) != tt.outcome {
					t.Errorf("%s: Refresh = %v, want outcome %v", mode, err, tt.outcome)
				}
				if tt.outcome == OutcomePermanent {
					wantPermanent(t, err, ReasonAccountChanged)
				}
				r.wantJournal()
				if mode == "agent" {
					r.wantCached(tt.cached)
					r.wantStatus(tt.status)
				} else {
					r.wantCached(tt.asCodex)
				}
				if _, refusal := r.Snapshot(); refusal != nil {
					t.Errorf("%s: a refusal of what was never sent: %+v", mode, refusal)
				}
			}
		})
	}
}

// TestTransientFailures: the error is the caller's, the credentials stay, and
// the next call asks again.
func TestTransientFailures(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]answer{
		"server error": serverDown,
		"not reached":  {err: &RefreshError{Err: errors.New("connection refused")}},
		"answer lost":  answerLost,
		"a bad ID token": {tokens: TokenResponse{
			IDToken: secret("MARKER-no-token"), AccessToken: secret("MARKER-access"), RefreshToken: secret("MARKER-refresh"),
		}},
		"an error of no known type": {err: errors.New("broken authority")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, chatGPT())
			r.authority.then(a, a, renewed("2"))
			for range 2 {
				err := r.refresh()
				wantTransient(t, err)
				wantNoMarker(t, err, "MARKER")
				r.wantCached("refresh-1")
				st := r.wantStatus(StatusHealthy)
				if st.Renewable != RenewableUnknown || st.NeverTried || st.Problem == "" || st.AnswerLost != (name == "answer lost") {
					t.Errorf("state = %+v", st)
				}
			}
			if err := r.refresh(); err != nil {
				t.Error(err)
			}
			r.wantRequests(3)
			if st := r.State(); st.Problem != "" || st.AnswerLost || st.Renewable != RenewableYes {
				t.Errorf("after a success the trouble is still on show: %+v", st)
			}
		})
	}
}

// TestNoLockNoRequest: whoever cannot have the home's refresh lock sends nothing.
func TestNoLockNoRequest(t *testing.T) {
	t.Parallel()
	r := newRig(t, chatGPT(), func(o *Options) { o.RefreshLock = lockBusy })
	err := r.refresh()
	wantTransient(t, err)
	if !errors.Is(err, errBusy) {
		t.Errorf("Refresh = %v, want the cause in it", err)
	}
	r.wantJournal()
}

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
	t.Parallel()
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
	r.authority.then(renewed("2"), refused(ReasonExpired))
	if err := r.refresh(); err != nil {
		t.Fatal(err)
	}
	r.wantJournal("lock", "reserve", "sent", "send", "keep", "update", "clear", "unlock")
	wantPermanent(t, r.refresh(), ReasonExpired)
	r.wantJournal("lock", "reserve", "sent", "send", "clear", "unlock")
	wantPermanent(t, r.refresh(), ReasonExpired)
	r.wantJournal("lock", "unlock")
}

// TestRenewingIsShown: while the request is under way and not longer.
func TestRenewingIsShown(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]answer{"renewed": renewed("2"), "down": serverDown, "refused": refused(ReasonRevoked)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, chatGPT())
			r.authority.then(a)
			release := r.authority.block()
			done := r.refreshLater()
			r.wantStatus(StatusRenewing)
			release()
			<-done
			if st := r.State(); st.Status == StatusRenewing {
				t.Errorf("still renewing: %+v", st)
			}
		})
	}
}
