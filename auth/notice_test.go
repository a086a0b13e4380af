package auth

import (
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
	must.Do(t, r.Reload(t.Context(), true))
	if got := r.State().Notice; got != notice {
		t.Errorf("notice after a restart = %q, want the same id %q", got, notice)
	}
	claim(false)
	if first, _ := r.ClaimNotice("another"); !first {
		t.Error("another notice is taken for the same")
	}
}
