package auth

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"rekey/test/kit/must"
)

// TestRefreshOrder: space for the answer is reserved before the request, the
// answer is in the escrow before the store, and the escrow is empty afterwards.
func TestRefreshOrder(t *testing.T) {
	r := newRig(t, chatGPT(set("tokens.oauth_provenance", map[string]any{"issuer": "https://issuer.example", "client_id": "c"})))
	r.authority.then(refreshed("2"))
	must.Do(t, r.refresh())
	r.wantJournal("reserve", "sent", "send", "keep", "update", "clear")
	r.wantCached("refresh-2")
	r.wantStored("refresh-2")
	st := r.wantStatus(StatusHealthy)
	if st.Refreshable != RefreshableYes || st.NeverTried || !st.LastRefresh.Equal(noon) {
		t.Errorf("after a refresh: %+v", st)
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
	r := newRig(t, chatGPT(), func(o *Options) {
		o.Memory, o.Log = nil, nil
	})
	r.authority.then(refreshed("2"), refused(ReasonRevoked))
	must.Do(t, r.refresh())
	r.later()
	wantPermanent(t, r.refresh(), ReasonRevoked)
	wantPermanent(t, r.refresh(), ReasonRevoked)
	r.wantRequests(2)
	for _, want := range []bool{true, false} {
		if first, err := r.ClaimNotice("n"); first != want || err != nil {
			t.Errorf("ClaimNotice = %t, %v", first, err)
		}
	}
}

// TestNothingToRefresh: for credentials that are not ours to refresh nothing is
// read or sent.
func TestNothingToRefresh(t *testing.T) {
	for name, content := range map[string][]byte{
		"signed out":            nil,
		"API key":               apiKeyFile("sk-1"),
		"personal access token": []byte(`{"personal_access_token":"at-1"}`),
		"agent identity":        []byte(`{"auth_mode":"agentIdentity"}`),
		"host's, in the file":   chatGPT(set("auth_mode", "chatgptAuthTokens")),
		"no tokens":             []byte(`{}`),
	} {
		for mode, change := range map[string]func(*Options){"agent": func(*Options) {}, "as Codex": asCodex} {
			r := newRig(t, content, change)
			before := r.State()
			if err := r.refresh(); err != nil {
				t.Errorf("%s, %s: Refresh = %v", name, mode, err)
			}
			r.wantJournal()
			if st := r.State(); st != before {
				t.Errorf("%s, %s: the State is %+v, was %+v", name, mode, st, before)
			}
		}
	}
}

// TestGuardedReload: changes that another process has made to the store are
// considered before anything is sent.
func TestGuardedReload(t *testing.T) {
	for _, tt := range []struct {
		name    string
		disk    []byte
		outcome Outcome
		cached  string // refresh token
		asCodex string // the same, as Codex
		status  Status
	}{
		{"refreshed by another process", rotated(), OutcomeOK, "refresh-other", "refresh-other", StatusHealthy},
		{"only last_refresh changed", chatGPT(set("last_refresh", "2026-03-23T11:30:00Z")), OutcomeOK, "refresh-1", "refresh-1", StatusHealthy},
		{"became the host's", chatGPT(set("auth_mode", "chatgptAuthTokens")), OutcomeOK, "refresh-1", "refresh-1", StatusExternal},
		{"another account", grace(), OutcomePermanent, "refresh-grace", "refresh-1", StatusHealthy},
		{"account_id removed", chatGPT(unset("tokens.account_id")), OutcomePermanent, "refresh-1", "refresh-1", StatusExpiring},
		{"became an API key", apiKeyFile("sk-1"), OutcomePermanent, "", "refresh-1", StatusAPIKey},
		{"gone", nil, OutcomePermanent, "", "refresh-1", StatusSignedOut},
		{"unreadable", []byte(`{"tokens"`), OutcomeTransient, "refresh-1", "refresh-1", StatusHealthy},
	} {
		t.Run(tt.name, func(t *testing.T) {
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

// TestTransientFailures: the caller gets the error, the credentials stay, and
// the next call asks again.
func TestTransientFailures(t *testing.T) {
	for name, a := range map[string]answer{
		"server error": serverDown,
		"not reached":  {err: &RefreshError{Err: errors.New("connection refused")}},
		"answer lost":  answerLost,
		"a bad ID token": {tokens: TokenResponse{
			IDToken: secret("MARKER-no-token"), AccessToken: secret("MARKER-access"),
		}},
		"an error of no known type": {err: errors.New("broken authority")},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, chatGPT())
			r.authority.then(a, a, refreshed("2"))
			for range 2 {
				err := r.refresh()
				wantTransient(t, err)
				wantNoMarker(t, err, "MARKER")
				r.wantCached("refresh-1")
				st := r.wantStatus(StatusHealthy)
				if st.Refreshable != RefreshableUnknown || st.NeverTried || st.Problem == "" || st.AnswerLost != (name == "answer lost") {
					t.Errorf("state = %+v", st)
				}
				r.later()
			}
			must.Do(t, r.refresh())
			r.wantRequests(3)
			if st := r.State(); st.Problem != "" || st.AnswerLost || st.Refreshable != RefreshableYes {
				t.Errorf("after a success the trouble is still on show: %+v", st)
			}
		})
	}
}

// TestNothingFlickers: however long a request takes and whatever comes of it, what
// passes by itself is shown for a second before something else that does; success
// and a refusal are shown at once.
func TestNothingFlickers(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]answer{"refreshed": refreshed("2"), "down": serverDown, "lost": answerLost, "refused": refused(ReasonRevoked)} {
		for _, left := range []time.Duration{time.Hour, -time.Minute} {
			t.Run(fmt.Sprintf("%s, %v left", name, left), func(t *testing.T) {
				t.Parallel()
				for takes := time.Duration(0); takes <= 5*time.Second; takes += 50 * time.Millisecond {
					synctest.Test(t, func(t *testing.T) { flickers(t, a, left, takes) })
				}
			})
		}
	}
}

func flickers(t *testing.T, a answer, left, takes time.Duration) {
	start := time.Now()
	r := newRig(t, chatGPT(ends(left)), func(o *Options) { o.Now = func() time.Time { return noon.Add(time.Since(start)) } })
	time.Sleep(time.Minute)
	r.authority.then(a)
	release := r.authority.block()
	states := r.Subscribe(t.Context())
	last, since := <-states, start
	time.AfterFunc(takes, release)
	asked := time.Now()
	done := r.refreshLater()
	for end := time.After(10 * time.Second); ; {
		select {
		case st := <-states:
			was, now := last.Status, st.Status
			switch shown := time.Since(since); {
			case was == now:
			case last.passing() && st.passing() && shown < time.Second:
				t.Errorf("after a request of %v: %q for %v, then %q", takes, was, shown, now)
			case !st.passing() && time.Since(asked) != takes:
				t.Errorf("after a request of %v: %q comes after %v", takes, now, time.Since(asked))
			}
			if last = st; was != now {
				since = time.Now()
			}
		case <-end:
			<-done
			if now := r.State(); now != last {
				t.Errorf("at the end: %q is shown, it is %q", last.Status, now.Status)
			}
			return
		}
	}
}

// TestSignInIsShownAtOnce: also within the second for which a slow refresh that
// failed is shown.
func TestSignInIsShownAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		r := newRig(t, chatGPT(ends(-time.Minute)), func(o *Options) { o.Now = func() time.Time { return noon.Add(time.Since(start)) } })
		time.Sleep(time.Minute)
		r.authority.then(serverDown)
		time.AfterFunc(refreshShown+100*time.Millisecond, r.authority.block())
		<-r.refreshLater()
		states := r.Subscribe(t.Context())
		if st := <-states; st.Status != StatusRefreshing {
			t.Fatalf("the failure is shown at once: %q", st.Status)
		}
		r.SetSignIn(SignInProgress{Method: SignInBrowser})
		before := time.Now()
		if st := <-states; !st.SigningIn {
			t.Errorf("the sign-in is not shown: %q", st.Status)
		}
		wantAfter(t, before, 0)
	})
}

// TestNothingBlinks: whatever comes of a request that takes less than a second,
// the State does not change for it and back; a slow one is shown from then on.
func TestNothingBlinks(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]answer{"refreshed": refreshed("2"), "down": serverDown, "lost": answerLost, "refused": refused(ReasonRevoked)} {
		for _, left := range []time.Duration{time.Hour, -time.Minute} {
			for _, takes := range []time.Duration{0, 10 * time.Millisecond, refreshShown - 1, 5 * time.Second} {
				t.Run(fmt.Sprintf("%s, %v left, after %v", name, left, takes), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) { blinks(t, a, left, takes) })
				})
			}
		}
	}
}

func blinks(t *testing.T, a answer, left, takes time.Duration) {
	start := time.Now()
	r := newRig(t, chatGPT(ends(left)), func(o *Options) { o.Now = func() time.Time { return noon.Add(time.Since(start)) } })
	before := r.State().Status
	r.authority.then(a)
	release := r.authority.block()
	states := r.Subscribe(t.Context())
	<-states
	time.AfterFunc(takes, release)
	done := r.refreshLater()
	if takes > refreshTick {
		if st := <-states; st.Status != StatusRefreshing {
			t.Errorf("a slow request: %q", st.Status)
		}
		wantAfter(t, start, refreshTick)
	}
	<-done
	synctest.Wait()
	wantAfter(t, start, takes)
	select {
	case st := <-states: // the last of them, had there been several at once
		if st.Status == StatusRefreshing {
			t.Errorf("after the request: %q", st.Status)
		}
	default:
		if takes > refreshTick || before != r.State().Status {
			t.Errorf("nobody is told of %q", r.State().Status)
		}
	}
	time.Sleep(2 * refreshShown)
	synctest.Wait()
	select {
	case st := <-states:
		t.Errorf("afterwards: %+v", st)
	default:
	}
}
