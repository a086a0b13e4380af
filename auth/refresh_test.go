package auth

import (
	"errors"
	"testing"

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
