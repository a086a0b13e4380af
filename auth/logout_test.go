package auth

import (
	"errors"
	"slices"
	"testing"

	"rekey/test/kit/must"
)

// TestLogout: the credentials are removed first; then the server is told, best
// effort, and may be slow.
func TestLogout(t *testing.T) {
	for _, tt := range []struct {
		name    string
		content []byte
		down    error
		revoked []string
		journal []string
		removed bool
	}{
		{"tokens", chatGPT(), nil, []string{"refresh_token refresh-1"}, []string{"delete", "revoke"}, true},
		{"server not reached", chatGPT(), errors.New("offline"), []string{"refresh_token refresh-1"}, []string{"delete", "revoke"}, true},
		{"no refresh token", chatGPT(set("tokens.refresh_token", ""), set("tokens.access_token", "opaque-token")), nil,
			[]string{"access_token opaque-token"}, []string{"delete", "revoke"}, true},
		{"no tokens at all", []byte(`{}`), nil, nil, []string{"delete"}, true},
		{"API key", apiKeyFile("sk-1"), nil, nil, []string{"delete"}, true},
		{"host's, in the file", chatGPT(set("auth_mode", "chatgptAuthTokens")), nil, nil, []string{"delete"}, true},
		{"unreadable", []byte(`{"tok`), nil, nil, []string{"delete"}, true},
		{"signed out", nil, nil, nil, []string{"delete"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, tt.content)
			r.authority.down = tt.down
			removed, err := r.Logout(t.Context())
			if err != nil || removed != tt.removed {
				t.Errorf("Logout = %t, %v; want %t", removed, err, tt.removed)
			}
			if !slices.Equal(r.authority.revoked, tt.revoked) {
				t.Errorf("revoked %q, want %q", r.authority.revoked, tt.revoked)
			}
			r.wantJournal(tt.journal...)
			r.wantStatus(StatusSignedOut)
			if r.store.bytes() != nil {
				t.Errorf("left: %s", r.store.bytes())
			}
		})
	}
}

// TestLogoutAsCodex refreshes stale credentials first, and revokes the new ones.
func TestLogoutAsCodex(t *testing.T) {
	r := newRig(t, chatGPT(ends(-1)), asCodex)
	r.authority.then(refreshed("2"))
	must.Get(r.Logout(t.Context()))(t)
	r.wantRequests(1)
	r.wantJournal("reserve", "sent", "send", "keep", "update", "clear", "revoke", "delete")
	if !slices.Equal(r.authority.revoked, []string{"refresh_token refresh-2"}) {
		t.Errorf("revoked %q", r.authority.revoked)
	}
}

// TestLogoutAsCodexLooks: as in Codex 0.171, the store decides what is revoked.
func TestLogoutAsCodexLooks(t *testing.T) {
	for name, tt := range map[string]struct {
		disk    []byte
		revoked []string
	}{
		"refreshed by another program": {rotated(), []string{"refresh_token refresh-other"}},
		"taken away":                   {nil, nil},
	} {
		r := newRig(t, chatGPT(), asCodex)
		r.store.put(tt.disk)
		if _, err := r.Logout(t.Context()); err != nil || !slices.Equal(r.authority.revoked, tt.revoked) {
			t.Errorf("%s: revoked %q, error %v", name, r.authority.revoked, err)
		}
		r.wantStatus(StatusSignedOut)
	}
}

// TestLogoutAsCodexStays: only a program that follows Codex misses a sign-in by
// another one after its own logout, and only if it has had one with ChatGPT.
func TestLogoutAsCodexStays(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before []byte
		as     func(*Options)
		wants  Status
	}{
		{"Codex", chatGPT(), asCodex, StatusSignedOut},
		{"Codex, API key", apiKeyFile("sk-1"), asCodex, StatusHealthy},
		{"Codex, signed out", nil, asCodex, StatusHealthy},
		{"Rekey", chatGPT(), func(*Options) {}, StatusHealthy},
	} {
		r := newRig(t, tt.before, tt.as)
		must.Get(r.Logout(t.Context()))(t)
		r.store.put(grace())
		r.clock.Advance(lookEvery)
		r.Use(t.Context())
		if st := r.State(); st.Status != tt.wants {
			t.Errorf("%s: %s, want %s", tt.name, st.Status, tt.wants)
		}
	}
}

// TestLookAsCodex: only a program that follows Codex waits for a second before it looks
// for a sign-in by another one, and looks also where a sign-in names no account.
func TestLookAsCodex(t *testing.T) {
	for name, tt := range map[string]struct {
		before []byte
		looks  bool
	}{
		"nobody":          {nil, true},
		"nothing":         {[]byte(`{}`), true},
		"half":            {[]byte(`{`), true},
		"no account":      {chatGPT(set("tokens.account_id", nil)), true},
		"a host's":        {chatGPT(set("auth_mode", "chatgptAuthTokens"), set("tokens.account_id", nil)), true},
		"an API key":      {apiKeyFile("sk-1"), false},
		"an account":      {chatGPT(), false},
		"an empty one":    {chatGPT(set("tokens.account_id", "")), false},
		"a host's, named": {chatGPT(set("auth_mode", "chatgptAuthTokens")), false},
	} {
		r := newRig(t, tt.before, asCodex)
		before, _ := r.Snapshot()
		r.store.put(grace())
		r.clock.Advance(lookEvery - 1)
		r.Look(t.Context())
		if s, _ := r.Snapshot(); s != before {
			t.Errorf("%s: it looks before a second is over", name)
		}
		r.clock.Advance(1)
		r.Look(t.Context())
		if s, _ := r.Snapshot(); (s != before) != tt.looks {
			t.Errorf("%s: it looks: %t, want %t", name, s != before, tt.looks)
		}
		r.store.put(nil)
		r.clock.Advance(lookEvery)
		r.Look(t.Context())
		if s, _ := r.Snapshot(); tt.looks && s == nil {
			t.Errorf("%s: it looks after a sign-in with an account", name)
		}
	}
}

// TestLogoutOfWhatIsUnreadable: only a program that follows Codex leaves it there.
func TestLogoutOfWhatIsUnreadable(t *testing.T) {
	for as, removes := range map[string]bool{"Codex": false, "Rekey": true} {
		r := newRig(t, chatGPT(), func(o *Options) { o.AsCodex = !removes })
		r.store.put([]byte(`{"tokens`))
		if removed, err := r.Logout(t.Context()); removed != removes || (err == nil) != removes {
			t.Errorf("as %s: Logout = %t, %v", as, removed, err)
		}
		if got := r.store.bytes(); (got == nil) != removes {
			t.Errorf("as %s: the store holds %q", as, got)
		}
	}
}

// TestLogoutFails: the State still shows credentials that could not be removed.
func TestLogoutFails(t *testing.T) {
	r := newRig(t, chatGPT())
	r.store.fail(func(f *fakeStore) { f.deleteErr = errDisk })
	if removed, err := r.Logout(t.Context()); removed || !errors.Is(err, errDisk) {
		t.Errorf("Logout = %t, %v", removed, err)
	}
	r.wantStatus(StatusHealthy)
}

// TestLogoutEmptiesTheEscrow: tokens that were never saved end with their
// sign-in, on the server as well.
func TestLogoutEmptiesTheEscrow(t *testing.T) {
	r := newRig(t, chatGPT())
	r.authority.then(refreshed("2"))
	r.store.fail(func(f *fakeStore) { f.updateErr = errDisk })
	wantTransient(t, r.refresh())
	r.wantHeld("refresh-2")
	must.Get(r.Logout(t.Context()))(t)
	r.wantHeld("")
	if !slices.Contains(r.authority.revoked, "refresh_token refresh-2") {
		t.Errorf("revoked %q, want the unsaved token too", r.authority.revoked)
	}
}

// TestLogoutRevokesWhatMemoryAloneHolds: an answer that neither the store nor the
// escrow would take ends with its sign-in too, and once.
func TestLogoutRevokesWhatMemoryAloneHolds(t *testing.T) {
	for name, breakdown := range map[string]func(*fakeEscrow){
		"the escrow does not take it":  func(e *fakeEscrow) { e.keepErr = errDisk },
		"the escrow cannot be read":    func(e *fakeEscrow) { e.heldErr = errDisk },
		"the escrow has taken it, too": func(*fakeEscrow) {},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, chatGPT())
			r.authority.then(refreshed("2"))
			r.store.fail(func(f *fakeStore) { f.updateErr = errDisk })
			breakdown(r.escrow)
			wantTransient(t, r.refresh())
			must.Get(r.Logout(t.Context()))(t)
			if want := []string{"refresh_token refresh-1", "refresh_token refresh-2"}; !slices.Equal(r.authority.revoked, want) {
				t.Errorf("revoked %q, want %q", r.authority.revoked, want)
			}
			if p := r.unsaved(); p != nil {
				t.Error("the answer is still in memory")
			}
		})
	}
}

// TestLogoutDuringARefresh: an answer that comes after the logout is not
// stored, and is revoked rather than kept.
func TestLogoutDuringARefresh(t *testing.T) {
	r := newRig(t, chatGPT(), lockFor)
	r.authority.then(refreshed("2"))
	release := r.authority.block()
	done := r.refreshLater()
	loggedOut := make(chan error, 1)
	go func() {
		_, err := r.Logout(t.Context())
		loggedOut <- err
	}()
	for st := range r.Subscribe(deadline(t)) {
		if st.Status == StatusSignedOut {
			break
		}
	}
	release()
	wantPermanent(t, <-done, ReasonAccountChanged)
	must.Do(t, <-loggedOut)
	r.wantStored("")
	r.wantHeld("")
	r.wantStatus(StatusSignedOut)
	if !slices.Contains(r.authority.revoked, "refresh_token refresh-2") {
		t.Errorf("revoked %q, want the new token too", r.authority.revoked)
	}
}

// TestLogoutWithoutTheLock: logging out works all the same; the next start settles the
// escrow.
func TestLogoutWithoutTheLock(t *testing.T) {
	r := newRig(t, chatGPT())
	r.authority.then(refreshed("2"))
	r.store.fail(func(f *fakeStore) { f.updateErr = errDisk })
	wantTransient(t, r.refresh())
	r.options.RefreshLock = lockBusy
	r.restart()
	must.Get(r.Logout(t.Context()))(t)
	r.wantStored("")
	r.wantHeld("refresh-2")
	r.wantStatus(StatusSignedOut)
}
