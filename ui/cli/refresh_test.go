package cli_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"rekey/auth"
	"rekey/ui/cli"
)

func TestRefreshErrors(t *testing.T) {
	refused := &auth.RefreshError{Permanent: true, Reason: auth.ReasonReused, Status: 401}
	down := &auth.RefreshError{Status: 503}
	unreadable := &auth.UnreadableError{Where: "auth.json", What: errors.New("it is empty")}
	tests := map[string]struct {
		err   error
		left  auth.Status
		code  int
		words string
	}{
		"refused, dead":            {refused, auth.StatusSignInRequired, cli.ExitSignInRequired, "cannot be refreshed: the refresh token was already used"},
		"refused, still works":     {refused, auth.StatusExpiring, cli.ExitExpiring, "cannot be refreshed: the refresh token was already used"},
		"another account":          {&auth.RefreshError{Permanent: true, Reason: auth.ReasonAccountChanged}, auth.StatusHealthy, cli.ExitFailure, "the sign-in was removed or replaced meanwhile"},
		"signed out meanwhile":     {&auth.RefreshError{Permanent: true, Reason: auth.ReasonAccountChanged}, auth.StatusSignedOut, cli.ExitSignedOut, "the sign-in was removed or replaced meanwhile"},
		"server down, still works": {down, auth.StatusHealthy, cli.ExitWaiting, "answered 503"},
		"server down, past":        {down, auth.StatusWaiting, cli.ExitWaiting, "answered 503"},
		"cannot save":              {fmt.Errorf("%w: disk full", auth.ErrCannotSave), auth.StatusHealthy, cli.ExitFailure, "could not be saved: disk full"},
		"cannot save, past":        {fmt.Errorf("%w: disk full", auth.ErrCannotSave), auth.StatusWaiting, cli.ExitFailure, "could not be saved: disk full"},
		"interrupted":              {fmt.Errorf("refresh: %w", context.Canceled), auth.StatusHealthy, cli.ExitFailure, "interrupted"},
		"unreadable":               {unreadable, auth.StatusUnreadable, cli.ExitUnreadable, "cannot read auth.json: it is empty"},
		"before there is a State":  {errors.New("the Codex home is not a folder"), "", cli.ExitFailure, "is not a folder"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := newTerminal()
			p.Refresh = func(context.Context, string) (cli.Report, error) {
				if tt.left == "" {
					return cli.Report{}, tt.err
				}
				return report(tt.left), tt.err
			}
			p.run(t, tt.code, "refresh")
			p.wantSentence(t, tt.words)
			if p.out.Len() > 0 {
				t.Errorf("it prints %q", &p.out)
			}
		})
	}
}
