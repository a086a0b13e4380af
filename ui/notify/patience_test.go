package notify_test

import (
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/ui/notify"
)

// TestRunIsPatient: while the access token still works there is time for
// another process to fix the sign-in; once it has ended there is none.
func TestRunIsPatient(t *testing.T) {
	const soon = "show Codex still works until "
	tests := []struct {
		name string
		play func(st *stage)
		want string // the screen at last begins with
	}{
		{"waits", func(st *stage) {
			st.publish(auth.StatusExpiring, nil)
			st.wait(59 * time.Second)
			st.publish(auth.StatusExpiring, func(s *auth.State) { s.AnswerLost = true }) // does not start again
			st.expect("within the minute", "")
			st.wait(time.Second)
		}, soon},
		{"mended meanwhile", func(st *stage) {
			st.publish(auth.StatusExpiring, nil)
			st.wait(59 * time.Second)
			st.publish(auth.StatusHealthy, nil)
			st.wait(time.Hour)
		}, ""},
		{"ended meanwhile", func(st *stage) {
			st.publish(auth.StatusExpiring, nil)
			st.wait(time.Second)
			st.publish(auth.StatusSignInRequired, nil)
		}, dead},
		{"refused anew", func(st *stage) {
			st.publish(auth.StatusExpiring, nil)
			st.wait(30 * time.Second)
			st.publish(auth.StatusHealthy, nil)
			st.publish(auth.StatusExpiring, nil)
			st.wait(59 * time.Second)
			st.expect("within a minute of the second refusal", "")
			st.wait(time.Second)
		}, soon},
		{"the user is at it", func(st *stage) {
			st.publish(auth.StatusExpiring, func(s *auth.State) { s.SigningIn = true })
			st.wait(time.Hour)
			st.expect("while signing in", "")
			st.publish(auth.StatusExpiring, nil)
			st.wait(time.Minute)
		}, soon},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			begin(t, notify.Options{Patience: time.Minute}, func(t *testing.T, st *stage) {
				tt.play(st)
				if got := st.screen.take(); !strings.HasPrefix(got, tt.want) || (tt.want == "") != (got == "") {
					t.Errorf("the screen saw %q, want %q", got, tt.want)
				}
			})
		})
	}
}
