package cli_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/ui/cli"
)

// The token is all that is printed.
func TestToken(t *testing.T) {
	for args, least := range map[string]string{"": "5m0s", "90s": "1m30s"} {
		p := newTerminal()
		line := []string{"token"}
		if args != "" {
			line = append(line, "--min-validity", args)
		}
		p.run(t, cli.ExitOK, line...)
		p.session.Expect(t, "Token "+least)
		if p.out.String() != "fake-access-token\n" || p.err.Len() > 0 {
			t.Errorf("rekey %v prints %q and says %q", line, &p.out, &p.err)
		}
	}
}

// On a screen it is printed all the same, with a word about it.
func TestTokenOnAScreen(t *testing.T) {
	p := newTerminal()
	p.OutScreen.Terminal = true
	p.run(t, cli.ExitOK, "token")
	if p.out.String() != "fake-access-token\n" {
		t.Errorf("it prints %q", &p.out)
	}
	p.wantSentence(t, "do not share it")
}

func TestTokenErrors(t *testing.T) {
	refused := &auth.RefreshError{Permanent: true, Reason: auth.ReasonReused}
	tests := map[string]struct {
		err   error
		state auth.Status
		code  int
		words string
	}{
		"signed out":           {auth.ErrNoCredential, auth.StatusSignedOut, cli.ExitSignedOut, "not signed in"},
		"an API key":           {auth.ErrNoAccessToken, auth.StatusAPIKey, cli.ExitFailure, "no access token"},
		"unreadable":           {&auth.UnreadableError{Where: "auth.json", What: errors.New("it is empty")}, auth.StatusUnreadable, cli.ExitUnreadable, "it is empty"},
		"refused, dead":        {refused, auth.StatusSignInRequired, cli.ExitSignInRequired, "the refresh token was already used"},
		"refused, still works": {refused, auth.StatusExpiring, cli.ExitExpiring, "the refresh token was already used"},
		// An agent may tell the answer before the State that it has led to.
		"refused, old State": {refused, auth.StatusHealthy, cli.ExitExpiring, "the refresh token was already used"},
		"server down":        {&auth.RefreshError{Status: 503}, auth.StatusHealthy, cli.ExitWaiting, "answered 503"},
		"another account":    {&auth.RefreshError{Permanent: true, Reason: auth.ReasonAccountChanged}, auth.StatusHealthy, cli.ExitFailure, "removed or replaced meanwhile"},
		"cannot save":        {fmt.Errorf("%w: disk full", auth.ErrCannotSave), auth.StatusHealthy, cli.ExitFailure, "disk full"},
		"short-lived":        {&auth.ShortLivedError{Left: time.Minute, Wanted: time.Hour}, auth.StatusHealthy, cli.ExitFailure, "works for 1m0s"},
		"interrupted":        {fmt.Errorf("token: %w", context.Canceled), auth.StatusHealthy, cli.ExitFailure, "interrupted"},
		"anything else":      {errors.New("no such disk"), auth.StatusHealthy, cli.ExitFailure, "no such disk"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := newTerminal()
			p.with(kit.NewSession(kit.State(tt.state, noon)))
			p.session.Answer("Token", tt.err)
			p.run(t, tt.code, "token")
			p.wantSentence(t, tt.words)
			if p.out.Len() > 0 {
				t.Errorf("it prints %q", &p.out)
			}
		})
	}
}
