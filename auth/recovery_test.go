package auth

import (
	"errors"
	"testing"

	"rekey/test/kit/must"
)

// next is what one step of a recovery is expected to be.
type next struct {
	step    RecoveryStep
	outcome Outcome // of its error; OutcomeOK: none
}

// TestUnauthorizedRecovery: reload, refresh, give up.
func TestUnauthorizedRecovery(t *testing.T) {
	done := next{RecoveryDone, OutcomeOK}
	for _, tt := range []struct {
		name    string
		content []byte // what the failed call was made with
		disk    []byte // what the store holds now
		answers []answer
		steps   []next
		sent    int
		token   string // refresh token in the end
	}{
		{"refreshed", chatGPT(), chatGPT(), []answer{refreshed("2")},
			[]next{{RecoveryRefreshed, OutcomeOK}, done, done}, 1, "refresh-2"},
		{"mended by another process", chatGPT(), rotated(), []answer{refreshed("2")},
			[]next{{RecoveryReloaded, OutcomeOK}, {RecoveryRefreshed, OutcomeOK}, done}, 1, "refresh-2"},
		{"mended, and refused after that", chatGPT(), rotated(), []answer{refused(ReasonReused)},
			[]next{{RecoveryReloaded, OutcomeOK}, {RecoveryDone, OutcomePermanent}, done}, 1, "refresh-other"},
		{"refused", chatGPT(), chatGPT(), []answer{refused(ReasonExpired)},
			[]next{{RecoveryDone, OutcomePermanent}, done}, 1, "refresh-1"},
		{"server down", chatGPT(), chatGPT(), []answer{serverDown, refreshed("2")},
			[]next{{RecoveryRefreshed, OutcomeTransient}, done}, 1, "refresh-1"},
		{"another account", chatGPT(), grace(), nil,
			[]next{{RecoveryDone, OutcomePermanent}, done}, 0, "refresh-1"},
		{"signed out meanwhile", chatGPT(), nil, nil,
			[]next{{RecoveryDone, OutcomePermanent}, done}, 0, ""},
		{"unreadable meanwhile", chatGPT(), []byte(`{"tok`), nil,
			[]next{{RecoveryRefreshed, OutcomeTransient}, done}, 0, "refresh-1"},
		{"API key", apiKeyFile("sk-1"), apiKeyFile("sk-1"), nil, []next{done, done}, 0, ""},
		{"signed out", nil, nil, nil, []next{done, done}, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, tt.content)
			recovery := r.Recover()
			r.store.put(tt.disk)
			r.authority.then(tt.answers...)
			for i, want := range tt.steps {
				step, err := recovery.Next(t.Context())
				if step != want.step || OutcomeOf(err) != want.outcome {
					t.Errorf("step %d = %q, %v; want %q, outcome %v", i, step, err, want.step, want.outcome)
				}
			}
			r.wantRequests(tt.sent)
			r.wantCached(tt.token)
		})
	}
}

// TestUnauthorizedRecoveryOfExternalTokens: their owner is asked once.
func TestUnauthorizedRecoveryOfExternalTokens(t *testing.T) {
	for _, fault := range []error{nil, errors.New("the host is busy")} {
		r := newRig(t, chatGPT())
		owner := &host{tokens: hostTokens("host-2"), err: fault}
		must.Do(t, r.SetExternal(hostTokens("host-1"), owner))
		recovery := r.Recover()
		if step, err := recovery.Next(t.Context()); step != RecoveryRefreshed || !errors.Is(err, fault) {
			t.Errorf("first step = %q, %v", step, err)
		}
		for range 2 {
			if step, err := recovery.Next(t.Context()); step != RecoveryDone || err != nil {
				t.Errorf("further step = %q, %v", step, err)
			}
		}
		if len(owner.asked) != 1 {
			t.Errorf("the owner was asked %d times", len(owner.asked))
		}
		r.wantJournal()
	}
}
