package agent

import (
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
)

// What one command of Rekey was refused, the agent knows at once, without asking
// the server itself.
func TestAgentHeedsWhatAnotherProcessIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{AccessLife: 4 * time.Hour})
	agent, _ := r.join()
	await(t, agent, "a healthy sign-in", func(st auth.State) bool { return st.Status == auth.StatusHealthy })
	r.server.RevokeAll()
	command := r.open()
	if err := command.Refresh(within(t)); auth.OutcomeOf(err) != auth.OutcomePermanent {
		t.Fatalf("Refresh = %v", err)
	}
	st := await(t, agent, "the refusal", func(st auth.State) bool { return st.NeedsSignIn() })
	if st.Refused == "" || st.Notice == "" || r.server.Refreshes() != 1 {
		t.Errorf("after %d requests the State is %+v", r.server.Refreshes(), st)
	}
}
