package auth

import (
	"errors"
	"testing"

	"rekey/test/kit/must"
)

// TestEmptyTokensInAnAnswer: an empty token is no token, except for Codex.
func TestEmptyTokensInAnAnswer(t *testing.T) {
	empty := refreshed("2")
	empty.tokens.RefreshToken = secret("")
	r := newRig(t, chatGPT())
	r.authority.then(empty)
	must.Do(t, r.refresh())
	r.wantStored("refresh-1")
	if got := mustParse(t, r.store.bytes()).AccessToken(); got != *empty.tokens.AccessToken {
		t.Errorf("stored access token = %q", got.Reveal())
	}
	r = newRig(t, chatGPT(), asCodex)
	r.authority.then(empty)
	_ = r.refresh()
	if got := mustParse(t, r.store.bytes()).RefreshToken(); !got.Empty() {
		t.Errorf("as Codex: stored refresh token = %q, want the empty one", got.Reveal())
	}
}

// TestUnreadableIDTokenInAnAnswer: it costs nobody the new refresh token, except
// Codex.
func TestUnreadableIDTokenInAnAnswer(t *testing.T) {
	odd := refreshed("2")
	odd.tokens.IDToken = secret("no JSON Web Token")
	r := newRig(t, chatGPT())
	before := mustParse(t, r.store.bytes()).Claims()
	r.authority.then(odd)
	must.Do(t, r.refresh())
	r.wantStored("refresh-2")
	if got := mustParse(t, r.store.bytes()).Claims(); got != before {
		t.Errorf("the claims are %+v, want %+v", got, before)
	}
	r = newRig(t, chatGPT(), asCodex)
	r.authority.then(odd)
	wantTransient(t, r.refresh())
	r.wantStored("refresh-1")
	odd.tokens.RefreshToken = nil // then there is nothing to save
	r = newRig(t, chatGPT())
	r.authority.then(odd)
	wantTransient(t, r.refresh())
}

// TestTokensAreNoCodes: a server that echoes the token as its error code does
// not get it into the log, the State or a file.
func TestTokensAreNoCodes(t *testing.T) {
	r := newRig(t, chatGPT(set("tokens.refresh_token", "REFRESH-token-1")))
	r.authority.then(answer{err: &RefreshError{Status: 400, Code: "refresh-token-1"}})
	wantTransient(t, r.refresh())
	a, ok := r.memory.LastAttempt(fakeFingerprints{}.Token(mustParse(t, r.store.bytes())))
	if !ok || a.Status != 400 || a.Code != "" {
		t.Errorf("recorded: %+v, %t", a, ok)
	}
}

// TestToleratedAnswers: an answer that Codex would not have read costs nobody its
// tokens, except Codex.
func TestToleratedAnswers(t *testing.T) {
	odd := refreshed("2")
	odd.tokens.Tolerated = errors.New("odd")
	r := newRig(t, chatGPT())
	r.authority.then(odd)
	must.Do(t, r.refresh())
	r.wantStored("refresh-2")
	r = newRig(t, chatGPT(), asCodex)
	r.authority.then(odd)
	wantTransient(t, r.refresh())
	r.wantStored("refresh-1")
}
