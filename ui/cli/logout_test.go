package cli_test

import (
	"context"
	"strings"
	"testing"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/ui/cli"
)

func TestLoginWithAKey(t *testing.T) {
	p := newTerminal()
	p.run(t, cli.ExitOK, "login", "--api-key-stdin")
	if !strings.HasPrefix(p.out.String(), "Signed in: API key\n") || p.err.Len() > 0 {
		t.Errorf("it prints %q and says %q", &p.out, &p.err)
	}
	p = newTerminal()
	p.InTerminal = true
	p.run(t, cli.ExitUsage, "login", "--api-key-stdin")
	p.wantSentence(t, "pipe it in")
	for err, words := range map[error]string{errOther: "something else", context.Canceled: "the sign-in was cancelled"} {
		p = newTerminal()
		p.SignInAPIKey = func(context.Context, string) (cli.Report, error) { return cli.Report{}, err }
		p.run(t, cli.ExitFailure, "login", "--api-key-stdin")
		p.wantSentence(t, words)
	}
}

func TestLogout(t *testing.T) {
	nameless := kit.State(auth.StatusUnreadable, noon)
	nameless.Email, nameless.Plan = "", ""
	for want, before := range map[string]auth.State{
		"Signed out: ada@example.com · Pro\n": kit.State(auth.StatusExpiring, noon),
		"Signed out.\n":                       nameless,
		"Not signed in.\n":                    kit.State(auth.StatusSignedOut, noon),
	} {
		p := newTerminal()
		p.with(kit.NewSession(before))
		p.run(t, cli.ExitOK, "logout")
		p.session.Expect(t, "SignOut")
		if p.out.String() != want || p.err.Len() > 0 {
			t.Errorf("it prints %q and says %q, want %q", &p.out, &p.err, want)
		}
	}
	p := newTerminal()
	p.session.Answer("SignOut", errOther)
	p.run(t, cli.ExitFailure, "logout")
	p.wantSentence(t, "something else")
}
