package auth

import (
	"context"
	"errors"
	"testing"
	"time"

	"rekey/test/kit/must"
)

// TestUse: stale credentials are refreshed once before they are returned, and
// returned as they are if that fails for now.
func TestUse(t *testing.T) {
	opaque := set("tokens.access_token", "opaque-token")
	for _, tt := range []struct {
		name    string
		content []byte
		answer  answer
		token   string // refresh token of what is given out
		refused bool
		sent    []RefreshReason
	}{
		{"healthy", chatGPT(), refreshed("2"), "refresh-1", false, nil},
		{"near its end", chatGPT(ends(CodexWindow)), refreshed("2"), "refresh-2", false, []RefreshReason{RefreshProactive}},
		{"near its end, server down", chatGPT(ends(time.Minute)), serverDown, "refresh-1", false, []RefreshReason{RefreshProactive}},
		{"near its end, refused", chatGPT(ends(time.Minute)), refused(ReasonReused), "refresh-1", true, []RefreshReason{RefreshProactive}},
		{"opaque and old", chatGPT(opaque, set("last_refresh", "2026-03-01T00:00:00Z")), refreshed("2"), "refresh-2", false, []RefreshReason{RefreshScheduled}},
		{"API key", apiKeyFile("sk-1"), refreshed("2"), "", false, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, tt.content)
			r.authority.then(tt.answer)
			s, refusal := r.Use(t.Context())
			if s == nil || s.RefreshToken().Reveal() != tt.token || (refusal != nil) != tt.refused {
				t.Errorf("Use = %v, %v; want %q, refused %t", s, refusal, tt.token, tt.refused)
			}
			r.wantRequests(len(tt.sent))
			for i, req := range r.authority.requests() {
				if req.Reason != tt.sent[i] {
					t.Errorf("reason %q, want %q", req.Reason, tt.sent[i])
				}
			}
		})
	}
}

// TestUseLooksWhenSignedOut: a sign-in by another program is found without a watcher.
func TestUseLooksWhenSignedOut(t *testing.T) {
	r := newRig(t, nil)
	if s, _ := r.Use(t.Context()); s != nil {
		t.Errorf("Use = %v, want nothing", s)
	}
	r.store.put(chatGPT())
	if s, _ := r.Use(t.Context()); s.RefreshToken().Reveal() != "refresh-1" {
		t.Errorf("Use = %v, want what was written", s)
	}
	r.wantRequests(0)
}

// host is a program that owns tokens.
type host struct {
	tokens ExternalTokens
	err    error
	asked  []string // "reason account"
}

func (h *host) RefreshExternal(_ context.Context, reason, previous string) (ExternalTokens, error) {
	h.asked = append(h.asked, reason+" "+previous)
	return h.tokens, h.err
}

func hostTokens(name string) ExternalTokens {
	return ExternalTokens{AccessToken: NewSecret(accessToken(name, noon.Add(time.Hour))), AccountID: "acct-host", PlanType: "team"}
}

// TestExternalTokens: they live in memory, their owner is asked for new ones,
// and the store is left alone until they are cleared.
func TestExternalTokens(t *testing.T) {
	r := newRig(t, chatGPT())
	owner := &host{tokens: hostTokens("host-2")}
	must.Do(t, r.SetExternal(hostTokens("host-1"), owner))
	if st := r.wantStatus(StatusExternal); st.Method != KindExternalTokens || st.Plan != "team" || st.Refreshable != RefreshableNo {
		t.Errorf("state = %+v", st)
	}
	must.Do(t, r.reread(rotated()))
	r.wantStatus(StatusExternal)

	must.Do(t, r.refresh())
	if len(owner.asked) != 1 || owner.asked[0] != "unauthorized acct-host" {
		t.Errorf("the owner was asked %q", owner.asked)
	}
	if s, _ := r.Snapshot(); s.AccessToken() != owner.tokens.AccessToken {
		t.Error("the owner's new tokens are not taken over")
	}

	owner.err = errors.New("the host is busy")
	err := r.refresh()
	wantTransient(t, err)
	if !errors.Is(err, owner.err) {
		t.Errorf("Refresh = %v", err)
	}
	owner.err, owner.tokens.AccessToken = nil, NewSecret("opaque")
	wantTransient(t, r.refresh())
	if err := r.SetExternal(ExternalTokens{AccessToken: NewSecret("opaque")}, owner); err == nil {
		t.Error("an opaque token is accepted")
	}
	r.wantStatus(StatusExternal)

	must.Get(r.ClearExternal(t.Context()))(t)
	r.wantCached("refresh-other")
	r.wantStatus(StatusHealthy)
	r.wantJournal()
}

// TestExternalTokensWithoutOwner: without an owner there is nothing to do.
func TestExternalTokensWithoutOwner(t *testing.T) {
	r := newRig(t, nil)
	must.Do(t, r.SetExternal(hostTokens("host-1"), nil))
	must.Do(t, r.refresh())
	r.wantStatus(StatusExternal)
}

// TestSignInEndsExternalTokens: a sign-in that is written to the store takes
// the place of tokens that a host program has handed over.
func TestSignInEndsExternalTokens(t *testing.T) {
	r := newRig(t, nil)
	must.Do(t, r.SetExternal(hostTokens("host-1"), &host{}))
	must.Do(t, r.ReplaceSignIn(t.Context(), mustParse(t, chatGPT())))
	r.wantStatus(StatusHealthy)
	must.Do(t, r.reread(rotated()))
	r.wantCached("refresh-other")
}
