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
