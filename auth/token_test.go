package auth

import (
	"errors"
	"testing"
	"time"
)

// TestTokenSignedOutMeanwhile: a sign-out that the cache does not show yet is
// one, and nothing is sent.
func TestTokenSignedOutMeanwhile(t *testing.T) {
	t.Parallel()
	r := newRig(t, chatGPT(ends(-time.Hour)))
	r.store.put(nil)
	if _, err := r.Token(t.Context(), 0); !errors.Is(err, ErrNoCredential) {
		t.Errorf("Token: %v", err)
	}
	r.wantRequests(0)
}

// TestToken: what is printed, and how many requests it costs.
func TestToken(t *testing.T) {
	const hour = time.Hour
	dead := refused(ReasonReused)
	fine := refreshed("2")
	for _, tt := range []struct {
		name     string
		content  []byte
		answer   answer
		atLeast  time.Duration
		requests int
		token    bool
		check    func(error) bool
	}{
		{"works for long enough", chatGPT(ends(hour)), fine, 10 * time.Minute, 0, true, nil},
		{"works for exactly as long", chatGPT(ends(hour)), fine, hour, 0, true, nil},
		{"ends too soon", chatGPT(ends(hour)), fine, hour + 1, 1, true, nil},
		{"has ended", chatGPT(ends(-hour)), fine, 0, 1, true, nil},
		{"has ended, refused", chatGPT(ends(-hour)), dead, 0, 1, false, isRefusal},
		{"ends too soon, refused", chatGPT(ends(hour)), dead, 2 * hour, 1, false, isRefusal},
		{"has ended, offline", chatGPT(ends(-hour)), serverDown, 0, 1, false,
			func(err error) bool { return OutcomeOf(err) == OutcomeTransient }},
		{"asked for more than there is", chatGPT(ends(hour)), fine, 1000 * hour, 1, false, func(err error) bool {
			var short *ShortLivedError
			return errors.As(err, &short) && short.Wanted == 1000*hour && short.Left > 0
		}},
		{"API key", apiKeyFile("sk-1"), fine, 0, 0, false, func(err error) bool { return errors.Is(err, ErrNoAccessToken) }},
		{"signed out", nil, fine, 0, 0, false, func(err error) bool { return errors.Is(err, ErrNoCredential) }},
		{"unreadable", []byte(`{"tok`), fine, 0, 0, false, func(err error) bool {
			var u *UnreadableError
			return errors.As(err, &u)
		}},
		{"opaque", chatGPT(set("tokens.access_token", "opaque-token")), fine, hour, 0, true, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, tt.content)
			r.authority.then(tt.answer)
			got, err := r.Token(t.Context(), tt.atLeast)
			r.wantRequests(tt.requests)
			if (err == nil) != tt.token || got.Token.Empty() == tt.token {
				t.Errorf("Token = %v, %v", got, err)
			}
			if tt.check != nil && !tt.check(err) {
				t.Errorf("Token: %v", err)
			}
			if s, _ := r.Snapshot(); tt.token && got.Token != s.AccessToken() {
				t.Error("it is another token than the one that is stored")
			}
		})
	}
}

func isRefusal(err error) bool {
	var re *RefreshError
	return errors.As(err, &re) && re.Permanent && re.Reason == ReasonReused
}

// TestTokenOfARefusedSignIn: the token of a refused sign-in is printed while it
// works; after that the error is the refusal, without a request.
func TestTokenOfARefusedSignIn(t *testing.T) {
	r := newRig(t, chatGPT(ends(time.Hour)))
	r.authority.then(refused(ReasonReused))
	if err := r.refresh(); OutcomeOf(err) != OutcomePermanent {
		t.Fatal(err)
	}
	r.wantRequests(1)
	if got, err := r.Token(t.Context(), 10*time.Minute); err != nil || got.Token.Empty() {
		t.Errorf("Token = %v, %v", got, err)
	}
	r.clock.Advance(2 * time.Hour)
	for range 3 {
		if _, err := r.Token(t.Context(), 0); !isRefusal(err) {
			t.Errorf("Token: %v", err)
		}
	}
	r.wantRequests(1)
}
