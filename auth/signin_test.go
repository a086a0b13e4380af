package auth

import (
	"errors"
	"slices"
	"testing"

	"rekey/test/kit/must"
)

// TestCommitSignIn: only another sign-in or a logout since the flow began
// prevents the commit; a refreshed token of the old sign-in is replaced.
func TestCommitSignIn(t *testing.T) {
	owner := func(name string) edit { return set("tokens.login_owner_id", name) }
	for _, tt := range []struct {
		name       string
		base, disk []byte // when the flow began, and when it ends
		committed  bool
	}{
		{"signed out", nil, nil, true},
		{"unchanged", chatGPT(), chatGPT(), true},
		{"unchanged, without an account", chatGPT(unset("tokens.account_id")), chatGPT(unset("tokens.account_id")), true},
		{"refreshed meanwhile", chatGPT(), rotated(), true},
		{"refreshed meanwhile, same owner", chatGPT(owner("a")), rotated(owner("a")), true},
		{"changed around the tokens", chatGPT(), chatGPT(set("OPENAI_API_KEY", "sk-1")), true},
		{"another account meanwhile", chatGPT(), grace(), false},
		{"signed in again meanwhile", chatGPT(owner("a")), rotated(owner("b")), false},
		{"signed out meanwhile", chatGPT(), nil, false},
		{"signed in meanwhile", nil, chatGPT(), false},
		{"API key meanwhile", nil, apiKeyFile("sk-1"), false},
		{"instead of an API key meanwhile", chatGPT(), apiKeyFile("sk-1"), false},
		{"over the API key", apiKeyFile("sk-1"), apiKeyFile("sk-1"), true},
		{"another API key meanwhile", apiKeyFile("sk-1"), apiKeyFile("sk-2"), false},
		{"over what was unreadable", nil, []byte(`{"tok`), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, tt.base)
			base, _ := r.Snapshot()
			r.store.put(tt.disk)
			next := mustParse(t, grace(set("tokens.refresh_token", "refresh-new"), owner("new")))
			err := r.CommitSignIn(t.Context(), base, next)
			if !tt.committed {
				if !errors.Is(err, ErrStoreChanged) {
					t.Errorf("CommitSignIn = %v, want ErrStoreChanged", err)
				}
				if !slices.Equal(r.store.bytes(), tt.disk) {
					t.Errorf("stored %s, want it untouched", r.store.bytes())
				}
				return
			}
			if err != nil {
				t.Errorf("CommitSignIn = %v", err)
			}
			r.wantStored("refresh-new")
			r.wantCached("refresh-new")
			if st := r.wantStatus(StatusHealthy); st.Email != "grace@example.com" || st.NeverTried {
				t.Errorf("state = %+v", st)
			}
		})
	}
}

// TestSignInEndsARefusal: a new sign-in makes the State healthy again, and a
// process that starts later finds no refusal.
func TestSignInEndsARefusal(t *testing.T) {
	r := newRig(t, chatGPT())
	r.authority.then(refused(ReasonReused), refreshed("3"))
	wantPermanent(t, r.refresh(), ReasonReused)
	base, _ := r.Snapshot()
	must.Do(t, r.CommitSignIn(t.Context(), base, mustParse(t, chatGPT(set("tokens.refresh_token", "refresh-new")))))
	if st := r.wantStatus(StatusHealthy); st.Refused != "" || st.Notice != "" {
		t.Errorf("state = %+v", st)
	}
	must.Do(t, r.refresh())
	r.wantRequests(2)
}

// TestReplaceSignIn overwrites whatever is there.
func TestReplaceSignIn(t *testing.T) {
	for _, disk := range [][]byte{nil, chatGPT(), grace(), []byte(`{"tok`)} {
		r := newRig(t, nil)
		r.store.put(disk)
		must.Do(t, r.ReplaceSignIn(t.Context(), NewAPIKey(NewSecret("sk-new"))))
		if got := mustParse(t, r.store.bytes()).APIKey().Reveal(); got != "sk-new" {
			t.Errorf("stored %s", r.store.bytes())
		}
		r.wantStatus(StatusAPIKey)
	}
}

// TestSignInFails: without the lock or the store nothing changes.
func TestSignInFails(t *testing.T) {
	r := newRig(t, chatGPT())
	base, _ := r.Snapshot()
	next := mustParse(t, grace())
	r.store.fail(func(f *fakeStore) { f.updateErr = errDisk })
	if err := r.CommitSignIn(t.Context(), base, next); !errors.Is(err, errDisk) {
		t.Errorf("CommitSignIn = %v", err)
	}
	r.wantCached("refresh-1")

	r = newRig(t, chatGPT(), func(o *Options) { o.RefreshLock = lockBusy })
	if err := r.CommitSignIn(t.Context(), base, next); !errors.Is(err, errBusy) {
		t.Errorf("CommitSignIn = %v", err)
	}
	r.wantCached("refresh-1")
	r.wantJournal()
}
