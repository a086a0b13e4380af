package cli_test

import (
	"cmp"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/cli"
	"rekey/ui/words"
	"rekey/usage"
)

func part(p float64) *float64 { return &p }

// used is a usage with every part.
func used() usage.Usage {
	return usage.Usage{
		FetchedAt: noon, Plan: "pro",
		Windows: []usage.Window{
			{Limit: "codex", Minutes: 300, UsedPercent: part(18), ResetsAt: noon.Add(125 * time.Minute), ToldAt: noon},
			{Limit: "codex", Minutes: 10080, UsedPercent: part(104.5), ResetsAt: noon.Add(48 * time.Hour), ToldAt: noon},
			{Limit: "codex_spark", Name: "Spark", Minutes: 300, ToldAt: noon},
		},
		Credits:      &usage.Credits{HasCredits: true, Balance: "9.99"},
		ResetCredits: &usage.ResetCredits{Available: 2, ExpiresAt: noon.Add(72 * time.Hour)},
		SpendLimit:   &usage.SpendLimit{Limit: "100", Used: "20", Remaining: "80", UsedPercent: part(20), ResetsAt: noon.Add(time.Hour), Reached: true},
		Reached:      "rate_limit_reached",
		Alerts:       []usage.Alert{{ID: "usage/80/300/1/codex"}}, AlertsAt: []int{80},
	}
}

// look runs "rekey usage" where u is known.
func look(t *testing.T, u usage.Usage, code int, args ...string) *terminal {
	t.Helper()
	p := newTerminal()
	p.session.PublishUsage(u)
	p.run(t, code, append([]string{"usage"}, args...)...)
	return p
}

func TestUsageText(t *testing.T) {
	const want = `5 h          ▰▰▰▰▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱  18%, resets 14:05
week         ▰▰▰▰▰▰▰▰▰▰▰▰▰▰▰▰▰▰▰▰  105%, resets Wed 12:00
Spark · 5 h  ▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱  –
Plan: Pro
Spend limit: 20 of 100, resets 13:00
The workspace's spend limit has been reached
Credits: 9.99
2 resets left, the first expires Thu 12:00
`
	if got := look(t, used(), cli.ExitOK).out.String(); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
	old := used()
	old.FetchedAt, old.Problem, old.RetryAt = noon.Add(-time.Hour), usage.ProblemRateLimited, noon.Add(time.Minute)
	got := look(t, old, cli.ExitOK).out.String()
	if !strings.HasSuffix(got, "The backend was asked too often. Rekey can ask again at 12:01.\nas of 11:00\n") {
		t.Errorf("got\n%s", got)
	}
	p := newTerminal()
	p.Words = words.New(lang.For("zh-Hans"))
	p.session.PublishUsage(used())
	p.run(t, cli.ExitOK, "usage")
	if got := p.out.String(); !strings.Contains(got, "5 小时          ▰▰▰▰▱") || !strings.Contains(got, "每周            ▰") || !strings.Contains(got, "18%，14:05 重置") {
		t.Errorf("got\n%s", got)
	}
}

// TestUsageCodes holds that the code is 0 only where there are figures, and that
// standard error says the reason that the JSON has.
func TestUsageCodes(t *testing.T) {
	past := used()
	past.Credits, past.SpendLimit = nil, nil
	for i := range past.Windows {
		past.Windows[i].ResetsAt = noon
	}
	tests := map[string]struct {
		u    usage.Usage
		code int
	}{
		"known":       {used(), cli.ExitOK},
		"reset since": {past, cli.ExitFailure},
		"signed out":  {usage.Usage{Problem: usage.ProblemSignedOut}, cli.ExitSignedOut},
		"unreadable":  {usage.Usage{Problem: usage.ProblemUnreadable}, cli.ExitUnreadable},
		"slow":        {usage.Usage{Problem: usage.ProblemTooSlow}, cli.ExitWaiting},
		"off":         {usage.Usage{Problem: usage.ProblemOff}, cli.ExitFailure},
		"no limits":   {usage.Usage{FetchedAt: noon, Plan: "free"}, cli.ExitFailure},
	}
	for name, test := range tests {
		text, asJSON := look(t, test.u, test.code), look(t, test.u, test.code, "--json")
		why := ""
		if test.code != cli.ExitOK {
			why = "rekey: " + cmp.Or(words.English().UsageProblem(test.u, noon), "Usage is not known.") + "\n"
		}
		if text.err.String() != why || asJSON.err.String() != why || !strings.Contains(asJSON.out.String(), string(test.u.Problem)) {
			t.Errorf("%s: text says %q, JSON %q: %s", name, &text.err, &asJSON.err, &asJSON.out)
		}
	}
	p := newTerminal()
	p.with(kit.NewSession(kit.State(auth.StatusSignInRequired, noon)))
	p.session.PublishUsage(usage.Usage{Problem: usage.ProblemRefused})
	p.run(t, cli.ExitSignInRequired, "usage")
}

// What usage prints is what its schema says.
func TestUsageFitsItsSchema(t *testing.T) {
	schema := compiled(t, usageSchemaPath)
	list := []usage.Usage{used(), {}}
	for _, p := range usage.Problems() {
		list = append(list, usage.Usage{Problem: p, RetryAt: noon})
	}
	for _, u := range list {
		p := newTerminal()
		p.session.PublishUsage(u)
		p.Run(t.Context(), []string{"usage", "--json"})
		printed := must.Get(jsonschema.UnmarshalJSON(&p.out))(t)
		if err := schema.Validate(printed); err != nil {
			t.Errorf("%+v: %v", u, err)
		}
		printed.(map[string]any)["usage"].(map[string]any)["more"] = json.Number("1")
		if schema.Validate(printed) == nil {
			t.Error("the schema allows other members")
		}
	}
}
