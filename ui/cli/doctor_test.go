package cli_test

import (
	"context"
	"encoding/json"
	"testing"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/ui/cli"
)

// diagnosed makes the doctor find these.
func diagnosed(p *terminal, findings ...cli.Finding) {
	d := cli.Diagnosis{
		Report: map[string]int{"schema": 1}, Findings: findings,
		Facts: []cli.Fact{{"rekey.version", "", "1.2.3"}, {"home.store", "~/.codex", "file"}, {"new.fact", "", "x"}},
	}
	p.Doctor = func(context.Context, []string) (cli.Diagnosis, error) { return d, nil }
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	const facts = "Rekey             1.2.3\nStore (~/.codex)  file\nnew.fact          x\n\n"
	problem := cli.Finding{Severity: "problem", About: "~/.codex", What: "the sign-in is dead", Do: "sign in"}
	warning := cli.Finding{Severity: "warning", What: "no daemon", Do: "start one"}
	note := cli.Finding{Severity: "note", What: "no panel", Do: "use one"}
	tests := map[string]struct {
		findings []cli.Finding
		code     int
		want     string
	}{
		"all is well": {nil, cli.ExitOK, "Nothing is wrong.\n"},
		"a problem":   {[]cli.Finding{problem, note}, cli.ExitFailure, "✖ ~/.codex: the sign-in is dead\n  → sign in\n· no panel\n  → use one\n"},
		"a warning":   {[]cli.Finding{warning}, cli.ExitOK, "▲ no daemon\n  → start one\n"},
	}
	for name, tt := range tests {
		p := newTerminal()
		diagnosed(p, tt.findings...)
		p.run(t, tt.code, "doctor")
		if got := p.out.String(); got != facts+tt.want || p.err.Len() > 0 {
			t.Errorf("%s: it prints\n%s\nand says %q, want\n%s", name, got, &p.err, facts+tt.want)
		}
		p = newTerminal()
		diagnosed(p, tt.findings...)
		p.run(t, tt.code, "doctor", "--json")
		var got struct{ Schema int }
		if err := json.Unmarshal(p.out.Bytes(), &got); err != nil || got.Schema != 1 {
			t.Errorf("%s: it prints %q", name, &p.out)
		}
	}
}

func TestAutostart(t *testing.T) {
	t.Parallel()
	const on, off = "Rekey starts when you sign in to the desktop.\n", "Rekey does not start when you sign in to the desktop.\n"
	tests := map[string]struct{ call, out string }{
		"on":     {`SetPreferences {"startAtLogin":true}`, on},
		"off":    {`SetPreferences {"startAtLogin":false}`, off},
		"status": {"", off},
	}
	for word, tt := range tests {
		p := newTerminal()
		p.run(t, cli.ExitOK, "autostart", word)
		if tt.call != "" {
			p.session.Expect(t, tt.call)
		}
		if p.out.String() != tt.out || p.err.Len() > 0 {
			t.Errorf("%s: it prints %q and says %q", word, &p.out, &p.err)
		}
	}
	p := newTerminal()
	state := kit.State(auth.StatusHealthy, noon)
	state.StartAtLogin = true
	p.visit(kit.NewSession(state))
	p.run(t, cli.ExitOK, "autostart", "status")
	if p.out.String() != on {
		t.Errorf("it prints %q", &p.out)
	}
	p.session.Answer("SetPreferences", errOther)
	p.run(t, cli.ExitFailure, "autostart", "off")
	p.wantSentence(t, "something else")
}
