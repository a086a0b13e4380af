package auth

import (
	"errors"
	"strings"
	"testing"
	"time"

	"rekey/test/kit/must"
)

// lent is Ada's sign-in as another machine lends it.
func lent(edits ...edit) []byte {
	return chatGPT(append([]edit{set("tokens.refresh_token", "rekey-loan:v1:box-1")}, edits...)...)
}

func TestLoan(t *testing.T) {
	for token, want := range map[string]struct {
		id string
		ok bool
	}{
		"refresh-1":         {"", false},
		"":                  {"", false},
		"x-rekey-loan:v1:a": {"", false},
		"rekey-loan:v1:a-0": {"a-0", true},
		"rekey-loan:v1:" + strings.Repeat("a", 64): {strings.Repeat("a", 64), true},
		"rekey-loan:v1:" + strings.Repeat("a", 65): {"", true},
		"rekey-loan:v1:":       {"", true},
		"rekey-loan:v1:A":      {"", true},
		"rekey-loan:v1:a'; rm": {"", true},
		"rekey-loan:v2:a":      {"", true},
		"rekey-loan:":          {"", true},
	} {
		s := mustParse(t, chatGPT(set("tokens.refresh_token", token)))
		if id, ok := s.Loan(); id != want.id || ok != want.ok {
			t.Errorf("Loan of %q = %q, %t; want %q, %t", token, id, ok, want.id, want.ok)
		}
		if s.Managed() == want.ok {
			t.Errorf("%q: Managed = %t", token, s.Managed())
		}
	}
	var none *Snapshot
	if _, ok := none.Loan(); ok {
		t.Error("nothing is a loan")
	}
}

func TestLend(t *testing.T) {
	owner := mustParse(t, chatGPT(set("OPENAI_API_KEY", "sk-secret"), set("tokens.oauth_provenance", map[string]any{
		"issuer": "https://auth.example", "client_id": "app"}), set("tokens.extra", "more"), set("extra", "more")))
	loan := must.Get(owner.Lend("box-1"))(t)
	if !loan.Equal(mustParse(t, lent())) {
		t.Errorf("lent is %s", loan.Encode())
	}
	for _, kept := range []string{"refresh-1", "sk-secret", "more", "auth.example"} {
		if strings.Contains(string(loan.Encode()), kept) {
			t.Errorf("%q went along", kept)
		}
	}
	if id, ok := loan.Loan(); id != "box-1" || !ok {
		t.Errorf("the loan's id is %q, %t", id, ok)
	}
	for name, content := range map[string][]byte{
		"an API key": apiKeyFile("sk-1"), "a loan": lent(), "no tokens": []byte(`{}`),
		"no access token": chatGPT(set("tokens.access_token", "")),
		"host's":          chatGPT(set("auth_mode", "chatgptAuthTokens")),
	} {
		if _, err := mustParse(t, content).Lend("box-1"); !errors.Is(err, ErrNotLendable) {
			t.Errorf("%s was lent: %v", name, err)
		}
	}
	if _, err := owner.Lend("Box 1"); err == nil {
		t.Error("an id that is none was taken")
	}
}

// This machine must not refresh a loan: whatever is asked, and however old it
// is, nothing is sent.
func TestLoanIsNeverSent(t *testing.T) {
	for name, content := range map[string][]byte{
		"good": lent(), "nearly expired": lent(ends(time.Minute)), "expired": lent(ends(-time.Hour)),
		"opaque and old":       lent(set("tokens.access_token", "opaque-access"), set("last_refresh", "2025-01-01T00:00:00Z")),
		"of a version to come": lent(set("tokens.refresh_token", "rekey-loan:v9:box-1"), ends(-time.Hour)),
	} {
		for mode, changes := range map[string][]func(*Options){"": nil, " as Codex": {asCodex}} {
			t.Run(name+mode, func(t *testing.T) {
				r := newRig(t, content, changes...)
				if err := r.refresh(); err != nil {
					t.Errorf("Refresh: %v", err)
				}
				r.Use(t.Context())
				_, _ = r.Token(t.Context(), 24*time.Hour)
				recovery := r.Recover()
				for step := RecoveryStep(""); step != RecoveryDone; {
					step, _ = recovery.Next(t.Context())
				}
				if _, err := r.Logout(t.Context()); err != nil {
					t.Errorf("Logout: %v", err)
				}
				r.wantRequests(0)
				if len(r.authority.revoked) != 0 {
					t.Errorf("revoked: %v", r.authority.revoked)
				}
			})
		}
	}
}

// What the owner sends is adopted like any other change, also during the
// recovery from a 401.
func TestLoanIsRefreshedByItsOwner(t *testing.T) {
	var told []ActivityKind
	r := newRig(t, lent(ends(-time.Minute)), func(o *Options) {
		o.Activity = func(a Activity) { told = append(told, a.Kind) }
	})
	if st := r.wantStatus(StatusWaiting); !st.Lent || st.Problem == "" || st.Refreshable != RefreshableNo {
		t.Errorf("an expired loan: %+v", st)
	}
	recovery := r.Recover()
	r.store.put(lent(set("tokens.access_token", accessToken("access-2", noon.Add(time.Hour)))))
	if step, err := recovery.Next(t.Context()); step != RecoveryReloaded || err != nil {
		t.Errorf("recovery: %s, %v", step, err)
	}
	if st := r.wantStatus(StatusExternal); !st.Lent || st.Problem != "" {
		t.Errorf("a new loan: %+v", st)
	}
	r.store.put(lent(set("tokens.access_token", accessToken("access-3", noon.Add(time.Hour)))))
	_ = r.Reload(t.Context())
	if len(told) != 1 || told[0] != ActivityAdopted {
		t.Errorf("told of %v, want one adopted", told)
	}
	r.wantRequests(0)
}
