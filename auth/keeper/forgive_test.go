package keeper

import (
	"testing"
	"time"

	"rekey/auth"
)

// TestForgive: only an unexplained refusal is forgiven, and then asked about again.
func TestForgive(t *testing.T) {
	for _, tt := range []struct {
		name    string
		weather weather // of the refusing server; fine: the token is a used one
		want    bool
	}{
		{"unexplained", unexplained, true},
		{"reused", fine, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, 10*time.Hour, func(r *rig) {
				r.stop()
				if r.manager.Forgive() {
					t.Error("something was forgiven before anything was refused")
				}
				r.server.signIn()
				r.server.turn(tt.weather)
				refused := func() {
					t.Helper()
					if err := r.manager.Refresh(r.t.Context(), auth.RefreshForced); auth.OutcomeOf(err) != auth.OutcomePermanent {
						t.Fatalf("Refresh = %v, want a refusal", err)
					}
				}
				refused()
				refused()
				if n := len(r.server.seen()); n != 1 {
					t.Fatalf("%d requests, want one", n)
				}
				if got := r.manager.Forgive(); got != tt.want {
					t.Errorf("Forgive = %v, want %v", got, tt.want)
				}
				if got := r.manager.State().Refused == ""; got != tt.want {
					t.Errorf("forgiven in the State = %v, want %v", got, tt.want)
				}
				r.pass(minSpacing)
				refused()
				if got := len(r.server.seen()) == 1; got != tt.want {
					t.Errorf("asked again = %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// TestUnexplainedRefusal is asked about once more, after an hour, and then never again.
func TestUnexplainedRefusal(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		due := r.due()
		r.server.turn(unexplained)
		r.until(due.Add(time.Second))
		r.wantNext(time.Time{}) // not something a user should count on
		r.until(due.Add(48 * time.Hour))
		all := r.wantOutcomes(weather(auth.ReasonUnauthorized), weather(auth.ReasonUnauthorized))
		wantGaps(t, all, reconsider, reconsider+time.Second)
		r.clock.sleep(24 * time.Hour)
		r.pass(10 * 24 * time.Hour)
		r.want()
		r.adopt(r.server.signIn()) // other tokens have a chance of their own
		r.until(r.due().Add(2 * time.Hour))
		r.wantOutcomes(weather(auth.ReasonUnauthorized), weather(auth.ReasonUnauthorized))
	})
}

func TestUnexplainedRefusalMends(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		r.server.turn(unexplained)
		r.until(r.due().Add(time.Second))
		r.server.turn(fine)
		r.pass(reconsider)
		r.wantOutcomes(weather(auth.ReasonUnauthorized), fine)
		if st := r.manager.State(); st.Status != auth.StatusHealthy {
			t.Errorf("status = %q, want %q", st.Status, auth.StatusHealthy)
		}
	})
}

// TestUnexplainedRefusalSwitchedOff: off means off.
func TestUnexplainedRefusalSwitchedOff(t *testing.T) {
	inBubble(t, 10*time.Hour, func(r *rig) {
		r.server.turn(unexplained)
		r.until(r.due().Add(time.Second))
		r.manager.SetPreferences(auth.KeepFresh(false))
		r.pass(24 * time.Hour)
		r.wantOutcomes(weather(auth.ReasonUnauthorized))
	})
}
