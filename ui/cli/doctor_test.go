package cli_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"rekey/auth"
	"rekey/internal/doctor"
	"rekey/test/kit"
	"rekey/ui/cli"
)

// diagnosed makes the doctor find these.
func diagnosed(p *terminal, findings ...doctor.Finding) {
	lent := auth.State{Status: auth.StatusExternal, Lent: true}
	r := doctor.Report{
		At:     noon,
		Schema: 1, Findings: findings, Clean: func(text string) string { return text },
		Facts: []doctor.Fact{
			{Code: doctor.FactVersion, Value: "1.2.3"},
			{Code: doctor.FactStore, About: "~/.codex", Value: "file"},
			{Code: doctor.FactStatus, About: "~/.codex", Value: string(lent.Status), State: &lent},
			{Code: doctor.FactConfig, Value: "~/config.toml", Word: doctor.WordMissing},
			{Code: doctor.FactPanel, Value: "yes", Word: doctor.WordYes},
		},
	}
	p.Doctor = func(context.Context, []string) (doctor.Report, error) { return r, nil }
}

func TestDoctor(t *testing.T) {
	const facts = "Rekey             1.2.3\nStore (~/.codex)  file\nState (~/.codex)  Lent by another machine\nConfiguration     ~/config.toml (missing)\nPanel             yes\n\n"
	broken := auth.State{Status: auth.StatusUnreadable, Cause: auth.CauseOf(&auth.UnreadableError{Where: "~/.codex/auth.json", What: errOther})}
	problem := doctor.Finding{Code: doctor.FindUnreadable, Severity: doctor.Problem, About: "~/.codex", Args: []any{"Why", broken}}
	refused := auth.State{Status: auth.StatusSignInRequired, Refused: auth.ReasonReused}
	bare := auth.State{Status: auth.StatusExpiring, Obstacle: auth.ObstacleNoRefreshToken}
	dead := doctor.Finding{Code: doctor.FindSignIn, Severity: doctor.Problem, Args: []any{"Why", refused}}
	ending := doctor.Finding{Code: doctor.FindSignIn, Severity: doctor.Problem, Args: []any{"Why", bare}}
	const reused, lacking = "the sign-in cannot be refreshed: the refresh token was already used", "the sign-in cannot be refreshed: the stored sign-in has no refresh token"
	warning := doctor.Finding{Code: doctor.FindNoNotifications, Severity: doctor.Warning, Args: []any{"Why", errOther}}
	note := doctor.Finding{Code: doctor.FindUnsynchronised, Severity: doctor.Note}
	const unread, unnotified, unkept = "cannot read ~/.codex/auth.json: something else", "nothing shows notifications: something else", "nothing keeps the clock right"
	tests := map[string]struct {
		findings []doctor.Finding
		code     int
		want     string
		what     []string
	}{
		"all is well": {nil, cli.ExitOK, "Nothing is wrong.\n", nil},
		"a problem": {
			[]doctor.Finding{problem, note}, cli.ExitFailure,
			"✖ ~/.codex: " + unread + "\n  → fix that, or sign in again\n· " + unkept + "\n  → switch network time on\n", []string{unread, unkept},
		},
		"a refusal, and none": {
			[]doctor.Finding{dead, ending}, cli.ExitFailure,
			"✖ " + reused + "\n  → sign in again\n✖ " + lacking + "\n  → sign in again\n", []string{reused, lacking},
		},
		"a warning": {[]doctor.Finding{warning}, cli.ExitOK, "▲ " + unnotified + "\n  → start a notification daemon\n", []string{unnotified}},
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
		var got struct {
			Schema   int
			Facts    []struct{ Code, Value string }
			Findings []struct{ Code, Severity, What, Do string }
		}
		if err := json.Unmarshal(p.out.Bytes(), &got); err != nil || got.Schema != 1 || len(got.Findings) != len(tt.what) {
			t.Errorf("%s: it prints %q, %v", name, &p.out, err)
			continue
		}
		if got.Facts[2].Value != "external" {
			t.Errorf("%s: the State is %+v, want its code", name, got.Facts[2])
		}
		for i, f := range got.Findings {
			if f.Code != tt.findings[i].Code || f.What != tt.what[i] || f.Do == "" {
				t.Errorf("%s: a finding is %+v, want %q", name, f, tt.what[i])
			}
		}
	}
}

// Everything that is shown of a report has passed its Clean.
func TestDoctorCleansWhatItSays(t *testing.T) {
	for _, args := range [][]string{{"doctor"}, {"doctor", "--json"}} {
		p := newTerminal()
		diagnosed(p, doctor.Finding{Code: doctor.FindUnreadable, Severity: doctor.Problem, Args: []any{"Why", errOther}})
		report, _ := p.Doctor(t.Context(), nil)
		report.Clean = func(text string) string { return strings.ReplaceAll(text, "something", "[hidden]") }
		p.Doctor = func(context.Context, []string) (doctor.Report, error) { return report, nil }
		p.run(t, cli.ExitFailure, args...)
		if out := p.out.String(); !strings.Contains(out, "[hidden] else") || strings.Contains(out, "something") {
			t.Errorf("%v prints %s", args, out)
		}
	}
}

func TestAutostart(t *testing.T) {
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
	p.with(kit.NewSession(state))
	p.run(t, cli.ExitOK, "autostart", "status")
	if p.out.String() != on {
		t.Errorf("it prints %q", &p.out)
	}
	p.out.Reset()
	p.NoAutostart = "sway"
	p.run(t, cli.ExitOK, "autostart", "status")
	if !strings.Contains(p.out.String(), "sway starts no such entries by itself") {
		t.Errorf("on sway it prints %q", &p.out)
	}
	p.NoAutostart = ""
	p.hint = "Get the extension."
	p.run(t, cli.ExitOK, "autostart", "on")
	p.wantSentence(t, "Get the extension.")
	p.err.Reset()
	p.session.Answer("SetPreferences", errOther)
	p.run(t, cli.ExitFailure, "autostart", "off")
	p.wantSentence(t, "something else")
}
