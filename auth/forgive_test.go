package auth

import "testing"

// TestForgive: only a refusal that does not name the token is asked once more.
func TestForgive(t *testing.T) {
	t.Parallel()
	for _, reason := range everyRefusal {
		r := newRig(t, chatGPT())
		r.authority.then(refused(reason), renewed("2"))
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
