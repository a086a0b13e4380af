package auth

import (
	"errors"
	"testing"

	"rekey/test/kit/must"
)

// TestNotice: an unexplained 401 has none, because a captive portal can produce
// it.
func TestNotice(t *testing.T) {
	for _, reason := range everyRefusal {
		r := newRig(t, chatGPT())
		r.authority.then(refused(reason))
		wantPermanent(t, r.refresh(), reason)
		if got := r.State().Notice != ""; got != reason.NamesToken() {
			t.Errorf("%s: notice owed = %t", reason, got)
		}
	}
}

// TestClaimNoticeOnce: each ended sign-in is notified once ever: not again for
// another face or process, nor when the same credentials come back.
func TestClaimNoticeOnce(t *testing.T) {
	r := newRig(t, chatGPT())
	r.authority.then(refused(ReasonReused))
	wantPermanent(t, r.refresh(), ReasonReused)
	notice := r.State().Notice
	claim := func(want bool) {
		t.Helper()
		if first, err := r.ClaimNotice(notice); first != want || err != nil {
			t.Errorf("ClaimNotice = %t, %v; want %t", first, err, want)
		}
		if st := r.State(); st.Notice != notice || st.Refused == "" {
			t.Errorf("after the claim: %+v", st)
		}
	}
	claim(true)
	claim(false)

	r.restart()
	must.Do(t, r.Reload(t.Context()))
	if got := r.State().Notice; got != notice {
		t.Errorf("notice after a restart = %q, want the same id %q", got, notice)
	}
	claim(false)
	if first, _ := r.ClaimNotice("another"); !first {
		t.Error("another notice is taken for the same")
	}
}

// TestErrors: texts and classes of the errors themselves.
func TestErrors(t *testing.T) {
	cause := errors.New("cause")
	for _, tt := range []struct {
		err     error
		text    string
		outcome Outcome
	}{
		{nil, "", OutcomeOK},
		{&RefreshError{Permanent: true, Reason: ReasonReused, Status: 401, Code: "code"},
			"the sign-in cannot be refreshed: refresh_token_reused", OutcomePermanent},
		{&RefreshError{Status: 503}, "the authorization server answered 503; the sign-in was not refreshed", OutcomeTransient},
		{&RefreshError{}, "the sign-in was not refreshed", OutcomeTransient},
		{cause, "cause", OutcomeTransient},
	} {
		if got := OutcomeOf(tt.err); got != tt.outcome {
			t.Errorf("OutcomeOf(%v) = %v, want %v", tt.err, got, tt.outcome)
		}
		if tt.err != nil && tt.err.Error() != tt.text {
			t.Errorf("text = %q, want %q", tt.err, tt.text)
		}
	}
	for _, err := range []error{&RefreshError{Err: cause}, &UnreadableError{Where: "a", What: errors.New("b"), Err: cause}} {
		if !errors.Is(err, cause) {
			t.Errorf("%v hides its cause", err)
		}
	}
	if got := (&UnreadableError{Where: "auth.json", What: errors.New("it is empty"), Err: cause}).Error(); got != "cannot read auth.json: it is empty" {
		t.Errorf("text = %q", got)
	}
	for _, reason := range append(everyRefusal, ReasonAccountChanged) {
		race := reason == ReasonReused || reason == ReasonInvalidGrant || reason == ReasonUnauthorized
		names := reason != ReasonUnauthorized && reason != ReasonAccountChanged
		if reason.mayBeRace() != race || reason.NamesToken() != names {
			t.Errorf("%s: may be a race %t, names the token %t", reason, reason.mayBeRace(), reason.NamesToken())
		}
	}
}
