package cli_test

import (
	"context"
	"errors"
	"testing"

	"rekey/auth"
	"rekey/ui/cli"
)

func TestPrompt(t *testing.T) {
	for status, want := range map[auth.Status]string{
		auth.StatusHealthy: "", auth.StatusRefreshing: "", auth.StatusAPIKey: "", auth.StatusExternal: "",
		auth.StatusSignedOut: "○ Codex signed out\n", auth.StatusWaiting: "◔ Codex offline\n", auth.StatusExpiring: "▲ Codex until 15:00\n",
		auth.StatusSignInRequired: "✖ Codex sign-in\n", auth.StatusUnreadable: "? Codex unreadable\n",
	} {
		p := newTerminal()
		p.OutScreen = cli.Screen{Terminal: true, Colour: true} // those are the prompt's own
		several(p, auth.StatusHealthy, status)
		p.run(t, cli.ExitOK, "prompt")
		if p.out.String() != want || p.err.Len() > 0 {
			t.Errorf("%s: it prints %q and says %q, want %q", status, &p.out, &p.err, want)
		}
	}
}

// Whatever is wrong, a shell can go on. What could not be looked at is not well:
// nothing would say so.
func TestPromptGoesOn(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		prepare func(*terminal)
		want    string
	}{
		"no home":           {func(p *terminal) { p.Homes = func([]string) ([]string, error) { return nil, errOther } }, "? Codex\n"},
		"no State":          {func(p *terminal) { several(p, "") }, "? Codex\n"},
		"no answer in time": {func(p *terminal) { p.Status = neverAnswers }, "? Codex\n"},
		"no configuration":  {func(p *terminal) { p.Problems = []error{errors.New("config.toml:1: one")} }, ""},
	} {
		p := newTerminal()
		tt.prepare(p)
		p.run(t, cli.ExitOK, "prompt")
		if p.out.String() != tt.want || p.err.Len() > 0 {
			t.Errorf("%s: it prints %q and says %q, want %q", name, &p.out, &p.err, tt.want)
		}
	}
}

// neverAnswers is a store that is waited for.
func neverAnswers(ctx context.Context, _ string) (cli.Report, error) {
	<-ctx.Done()
	return report(auth.StatusUnreadable), nil
}
