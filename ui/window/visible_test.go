package window_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/internal/fault"
	"rekey/test/kit"
	"rekey/ui/cli"
	"rekey/ui/tray"
	"rekey/ui/window"
	"rekey/ui/words"
)

// TestEverythingIsVisible: whatever a State says beyond its status can be read in
// the text, the menu and the window, in every language.
func TestEverythingIsVisible(t *testing.T) {
	t.Parallel()
	because := func(err error) func(*auth.State) {
		return func(s *auth.State) { s.Problem, s.Cause = err.Error(), auth.CauseOf(err) }
	}
	// As auth computes them: whatever stands in the way has a Cause.
	facts := map[string]func(*auth.State){
		"AnswerLost": func(s *auth.State) { s.AnswerLost = true; because(fault.New("answer_lost", "no answer came"))(s) },
		"CommitPending": func(s *auth.State) {
			s.CommitPending = true
			because(fault.New("not_saved_yet", "new tokens wait: {{.Why}}", "Why", "disk full"))(s)
		},
		"CannotSave": func(s *auth.State) { s.CannotSave = true; because(auth.CannotSave(errors.New("disk full")))(s) },
		"Restricted": func(s *auth.State) {
			s.Restricted = true
			because(fault.New("only_api_key", "only an API key is allowed"))(s)
		},
		"KeepFresh off":         func(s *auth.State) { s.KeepFresh = false },
		"no refresh token":      func(s *auth.State) { s.Refreshable, s.Obstacle = auth.RefreshableNo, auth.ObstacleNoRefreshToken },
		"no account":            func(s *auth.State) { s.Refreshable, s.Obstacle = auth.RefreshableNo, auth.ObstacleNoAccount },
		"SigningIn":             func(s *auth.State) { s.SigningIn = true },
		"a refresh that failed": because(&auth.RefreshError{Status: 503}),
	}
	only := map[string][]auth.Status{ // elsewhere they cannot be, or another fact counts
		"KeepFresh off":    {auth.StatusHealthy, auth.StatusWaiting},
		"no refresh token": {auth.StatusHealthy, auth.StatusSignInRequired},
		"no account":       {auth.StatusHealthy, auth.StatusSignInRequired},
	}
	for _, name := range lang.Languages() {
		w := words.New(lang.For(name))
		for fact, set := range facts {
			statuses := only[fact]
			if statuses == nil {
				statuses = []auth.Status{auth.StatusHealthy, auth.StatusWaiting, auth.StatusExpiring, auth.StatusSignInRequired}
			}
			for _, status := range statuses {
				without, with := kit.State(status, now), kit.State(status, now)
				if only[fact] != nil && fact != "KeepFresh off" {
					without.Refused, with.Refused = "", ""
				}
				set(&with)
				for face, say := range faces(t, w) {
					if say(without) == say(with) {
						t.Errorf("%s: %s, %s: the %s does not say it:\n%s", name, status, fact, face, say(with))
					}
				}
			}
		}
	}
}

// faces are a State as each of them says it.
func faces(t *testing.T, w words.Words) map[string]func(auth.State) string {
	return map[string]func(auth.State) string{
		"text": func(s auth.State) string {
			var out bytes.Buffer
			p := cli.Program{
				Out: &out, Err: &out, Words: w, Now: func() time.Time { return now },
				Homes:  func([]string) ([]string, error) { return []string{"/home/ada/.codex"}, nil },
				Status: func(context.Context, string) (cli.Report, error) { return cli.Report{State: s}, nil },
			}
			p.Run(t.Context(), []string{"status"})
			return out.String()
		},
		"menu": func(s auth.State) string {
			var lines []string
			for _, row := range tray.Menu(w, []tray.View{{State: s}}, now, tray.Abilities{OpenWindow: true}).Homes[0].Rows {
				lines = append(lines, row.Label)
			}
			return strings.Join(lines, "\n")
		},
		"window": func(s auth.State) string { return fmt.Sprintf("%+v", window.ViewOf(w, s, now)) },
	}
}
