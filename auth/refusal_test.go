package auth

import (
	"errors"
	"testing"

	"rekey/test/kit/must"
)

// everyRefusal are the reasons the authorization server can have.
var everyRefusal = []Reason{ReasonExpired, ReasonReused, ReasonRevoked, ReasonInvalidGrant, ReasonUnauthorized}

// TestNoRetryAfterPermanentFailure: credentials that were refused for good are
// never sent again, however often they are asked for.
func TestNoRetryAfterPermanentFailure(t *testing.T) {
	for _, reason := range everyRefusal {
		for mode, change := range map[string]func(*Options){"agent": func(*Options) {}, "as Codex": asCodex} {
			t.Run(string(reason)+", "+mode, func(t *testing.T) {
				r := newRig(t, chatGPT(), change)
				r.authority.then(refused(reason), refreshed("2"))
				for range 5 {
					wantPermanent(t, r.refresh(), reason)
				}
				if _, refusal := r.Use(t.Context()); refusal == nil || refusal.Reason != reason {
					t.Errorf("the refused token is given out: %+v", refusal)
				}
				if err := r.Reload(t.Context()); err != nil {
					t.Error(err)
				}
				wantPermanent(t, r.refresh(), reason)
				r.wantRequests(1)
				r.wantStored("refresh-1")
				st := r.wantStatus(StatusExpiring)
				if st.Refused != reason || !st.RefusedAt.Equal(noon) || st.Refreshable != RefreshableNo {
					t.Errorf("state = %+v", st)
				}
			})
		}
	}
}

// TestReloadOfChangedAuthAfterPermanentFailure: other credentials do not count
// as refused. They are adopted without a request and may be refreshed.
func TestReloadOfChangedAuthAfterPermanentFailure(t *testing.T) {
	for name, how := range map[string]func(*rig) error{
		"the watcher reloads":       func(r *rig) error { return r.Reload(r.t.Context()) },
		"a refresh finds the store": (*rig).refresh,
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, chatGPT())
			r.authority.then(refused(ReasonReused), refreshed("2"))
			wantPermanent(t, r.refresh(), ReasonReused)
			r.store.put(rotated())
			must.Do(t, how(r))
			r.wantRequests(1)
			r.wantCached("refresh-other")
			if st := r.wantStatus(StatusHealthy); st.Refused != "" || st.Notice != "" {
				t.Errorf("the refusal is still on show: %+v", st)
			}
			must.Do(t, r.refresh())
			r.wantRequests(2)
		})
	}
}

// TestRefusalAfterRestart: a new process finds the refusals that name the
// token and sends nothing. An unexplained 401 is forgotten when the process
// exits.
func TestRefusalAfterRestart(t *testing.T) {
	for _, reason := range everyRefusal {
		for mode, change := range map[string]func(*Options){"agent": func(*Options) {}, "as Codex": asCodex} {
			r := newRig(t, chatGPT(), change)
			r.authority.then(refused(reason), refused(reason))
			wantPermanent(t, r.refresh(), reason)
			r.restart()
			must.Do(t, r.Reload(t.Context()))
			r.later()
			wantPermanent(t, r.refresh(), reason)
			if reason.NamesToken() {
				r.wantRequests(1)
				r.wantStatus(StatusExpiring)
			} else {
				r.wantRequests(2)
			}
			if t.Failed() {
				t.Fatalf("%s, %s", reason, mode)
			}
		}
	}
}

// TestRefusalIsFoundByTheOtherMode: `rekey app-server --no-watch` and the agent
// share one refusals file.
func TestRefusalIsFoundByTheOtherMode(t *testing.T) {
	for _, codexFirst := range []bool{true, false} {
		r := newRig(t, chatGPT(), func(o *Options) { o.AsCodex = codexFirst })
		r.authority.then(refused(ReasonReused))
		wantPermanent(t, r.refresh(), ReasonReused)
		r.options.AsCodex = !codexFirst
		r.restart()
		must.Do(t, r.Reload(t.Context()))
		wantPermanent(t, r.refresh(), ReasonReused)
		r.wantRequests(1)
	}
}

// TestRefusalBelongsTo: for the agent a refusal belongs to the refresh token,
// for Codex to the whole content of the store. The other changes are in
// the recordings (TestVectors).
func TestRefusalBelongsTo(t *testing.T) {
	for _, tt := range []struct {
		name             string
		disk             []byte
		refused, asCodex bool // still, after it was adopted
	}{
		{"unknown field", chatGPT(set("x", 1)), true, true},
		{"last_refresh", chatGPT(set("last_refresh", "2026-03-23T11:30:00Z")), true, false},
		{"access_token", chatGPT(set("tokens.access_token", accessToken("other", noon.AddDate(0, 0, 1)))), true, false},
		{"API key added", chatGPT(set("OPENAI_API_KEY", "sk-1")), true, false},
		{"refresh_token", chatGPT(set("tokens.refresh_token", "refresh-b")), false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, codex := range []bool{false, true} {
				r := newRig(t, chatGPT(), func(o *Options) { o.AsCodex = codex })
				r.authority.then(refused(ReasonReused), refreshed("2"))
				wantPermanent(t, r.refresh(), ReasonReused)
				r.store.put(tt.disk)
				_ = r.refresh() // adopts, or finds no change
				r.wantRequests(1)
				err := r.refresh()
				want := tt.refused
				if codex {
					want = tt.asCodex
				}
				if got := OutcomeOf(err) == OutcomePermanent; got != want {
					t.Errorf("as Codex %t: refused = %t (%v), want %t", codex, got, err, want)
				}
			}
		})
	}
}

// TestAsCodexForgetsWhatWasAdopted: Codex forgets the refusal when it adopts
// other content, even if the old credentials come back later. The agent does
// not.
func TestAsCodexForgetsWhatWasAdopted(t *testing.T) {
	for _, codex := range []bool{true, false} {
		r := newRig(t, chatGPT(), func(o *Options) { o.AsCodex = codex })
		r.authority.then(refused(ReasonReused), refreshed("2"))
		wantPermanent(t, r.refresh(), ReasonReused)
		for _, disk := range [][]byte{rotated(), chatGPT()} {
			r.store.put(disk)
			if err := r.refresh(); err != nil {
				t.Errorf("adopting: %v", err)
			}
		}
		r.wantRequests(1)
		if _, refusal := r.Snapshot(); (refusal == nil) != codex {
			t.Errorf("as Codex %t: refusal %+v", codex, refusal)
		}
		if err := r.refresh(); (err == nil) != codex {
			t.Errorf("as Codex %t: Refresh = %v", codex, err)
		}
	}
}

// TestRefusalOfWhatIsNoLongerThere: the answer is about credentials that were
// replaced in the cache while the request was under way.
func TestRefusalOfWhatIsNoLongerThere(t *testing.T) {
	r := newRig(t, chatGPT())
	r.authority.then(refused(ReasonRevoked), refreshed("2"))
	release := r.authority.block()
	done := r.refreshLater()
	must.Do(t, r.reread(rotated()))
	release()
	wantPermanent(t, <-done, ReasonRevoked)
	r.wantCached("refresh-other")
	if st := r.wantStatus(StatusHealthy); st.Refused != "" {
		t.Errorf("innocent credentials are refused: %+v", st)
	}
	must.Do(t, r.refresh())
	r.wantRequests(2)
}

// TestRefusalOfAChangedSnapshotWithTheSameToken: the request was about the
// refresh token, and that is still there.
func TestRefusalOfAChangedSnapshotWithTheSameToken(t *testing.T) {
	r := newRig(t, chatGPT())
	r.authority.then(refused(ReasonRevoked))
	release := r.authority.block()
	done := r.refreshLater()
	must.Do(t, r.reread(chatGPT(set("OPENAI_API_KEY", "sk-added"))))
	release()
	wantPermanent(t, <-done, ReasonRevoked)
	r.wantStatus(StatusExpiring)
	wantPermanent(t, r.refresh(), ReasonRevoked)
	r.wantRequests(1)
}

// TestRefusalThatCannotBeKept: such a refusal lasts until the process exits.
func TestRefusalThatCannotBeKept(t *testing.T) {
	r := newRig(t, chatGPT(), func(o *Options) { o.Memory = brokenRefusals{o.Memory} })
	r.authority.then(refused(ReasonReused))
	for range 2 {
		wantPermanent(t, r.refresh(), ReasonReused)
	}
	must.Do(t, r.reread(grace()))
	must.Do(t, r.reread(chatGPT()))
	wantPermanent(t, r.refresh(), ReasonReused)
	r.wantRequests(1)
}

type brokenRefusals struct{ Memory }

func (brokenRefusals) Lookup(string) (Refusal, bool) { return Refusal{}, false }
func (brokenRefusals) Record(Refusal) error          { return errors.New("no space left") }

// TestForgive: only a refusal that does not name the token is forgiven.
func TestForgive(t *testing.T) {
	for _, reason := range everyRefusal {
		r := newRig(t, chatGPT())
		r.authority.then(refused(reason), refreshed("2"))
		if r.Forgive() {
			t.Error("there is nothing to forgive")
		}
		wantPermanent(t, r.refresh(), reason)
		forgiven := r.Forgive()
		r.later()
		err := r.refresh()
		if reason.NamesToken() {
			wantPermanent(t, err, reason)
			r.wantRequests(1)
		} else if err != nil {
			t.Errorf("after forgiving %s: %v", reason, err)
		}
		if forgiven == reason.NamesToken() {
			t.Errorf("%s: forgiven = %t", reason, forgiven)
		}
	}
}
