package words

import (
	"strings"
	"testing"
	"time"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/usage"
)

// usageNow is a Saturday.
var usageNow = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func TestWindowRow(t *testing.T) {
	at := func(d time.Duration) time.Time { return usageNow.Add(d) }
	tests := map[string]usage.Window{
		"5 h  ▰▰▱▱▱▱▱▱▱▱ 18%, resets 14:05":                {Limit: "codex", Minutes: 300, UsedPercent: new(18.0), ResetsAt: at(125 * time.Minute)},
		"week  ▰▰▰▰▰▰▰▰▰▱ 99%, resets Tue 12:00":           {Limit: "codex", Minutes: 10080, UsedPercent: new(99.7), ResetsAt: at(72 * time.Hour)},
		"month  ▰▰▰▰▰▰▰▰▰▰ 137%":                           {Limit: "codex", Minutes: 43200, UsedPercent: new(137.0)},
		"day  ▱▱▱▱▱▱▱▱▱▱ –":                                {Limit: "codex", Minutes: 1440},
		"3 days  ▱▱▱▱▱▱▱▱▱▱ 0%, not started":               {Limit: "codex", Minutes: 4320, UsedPercent: new(0.0), NotBegun: true},
		"limit  ▰▱▱▱▱▱▱▱▱▱ 1%":                             {Limit: "codex", UsedPercent: new(1.0)},
		"Spark · 5 h  ▰▰▰▰▰▰▰▱▱▱ 70%":                      {Limit: "codex_spark", Name: "Spark", Minutes: 301, UsedPercent: new(70.0)},
		"codex_other  ▱▱▱▱▱▱▱▱▱▱ -3%":                      {Limit: "codex_other", UsedPercent: new(-3.0)},
		"1 min  ▰▱▱▱▱▱▱▱▱▱ 1%":                             {Limit: "codex", Minutes: 1, UsedPercent: new(1.0)},
		"90 min  ▰▰▰▰▰▰▰▰▰▰ 100%, resets 2 Mar 2027 12:00": {Limit: "codex", Minutes: 90, UsedPercent: new(100.0), ResetsAt: time.Date(2027, 3, 2, 12, 0, 0, 0, time.UTC)},
	}
	for want, w := range tests {
		if got := English().WindowRow(w, usageNow); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestUsageProblems holds that each is said in words of its own, and one from a
// newer agent as well.
func TestUsageProblems(t *testing.T) {
	seen := make(map[string]usage.Problem)
	for _, p := range append(usage.Problems(), "from_the_future") {
		text := English().UsageProblem(usage.Usage{Problem: p}, usageNow)
		if other, twice := seen[text]; twice || !strings.HasSuffix(strings.TrimSuffix(text, "rekey doctor"), ".") && !strings.HasSuffix(text, "rekey doctor") {
			t.Errorf("%s: %q, as %q", p, text, other)
		}
		seen[text] = p
	}
	u := usage.Usage{Problem: usage.ProblemRateLimited, RetryAt: usageNow.Add(time.Hour)}
	if got := English().UsageProblem(u, usageNow); got != "The backend was asked too often. Rekey can ask again at 13:00." {
		t.Errorf("got %q", got)
	}
	if got := English().UsageProblem(usage.Usage{}, usageNow); got != "" {
		t.Errorf("no problem: %q", got)
	}
}

// TestUsageNote holds that old figures are marked with their age, whatever the
// reason, and that no note repeats what is wrong with the sign-in.
func TestUsageNote(t *testing.T) {
	w := English()
	old := usage.Usage{
		FetchedAt: usageNow.Add(-2 * time.Hour),
		Windows:   []usage.Window{{Limit: "codex", Minutes: 300, UsedPercent: new(50.0), ResetsAt: usageNow.Add(time.Hour)}},
	}
	for _, p := range append(usage.Problems(), "") {
		u := old
		u.Problem, u.RetryAt = p, usageNow.Add(time.Hour)
		note, tightest := "As of 10:00", "5 h 50%, resets 13:00 · as of 10:00"
		switch {
		case p.OfBackend():
			note += " – " + w.UsageProblem(usage.Usage{Problem: p}, usageNow)
		}
		if got := w.UsageNote(u, usageNow); got != note {
			t.Errorf("%s: got %q, want %q", p, got, note)
		}
		if got := w.Tightest(u, usageNow); got != tightest {
			t.Errorf("%s: got %q, want %q", p, got, tightest)
		}
		never := usage.Usage{Problem: p}
		if got := w.UsageNote(never, usageNow); p.OfBackend() != (got != "") || got != "" && got != w.UsageProblem(never, usageNow) {
			t.Errorf("%s, never asked: got %q", p, got)
		}
	}
}

// TestOldUsage: nothing says how old figures are as long as they are current;
// some minutes later everything does, without news.
func TestOldUsage(t *testing.T) {
	w := English()
	at := func(before time.Duration) time.Time { return usageNow.Add(-before) }
	week := func(told time.Time) []usage.Window {
		return []usage.Window{{Limit: "codex", Minutes: 10080, UsedPercent: new(50.0), ToldAt: told}}
	}
	for _, test := range []struct {
		what           string
		u              usage.Usage
		tightest, note string
	}{
		{"current", usage.Usage{FetchedAt: at(time.Minute), Windows: week(at(time.Minute))}, "week 50%", ""},
		{"hours old", usage.Usage{FetchedAt: at(3 * time.Hour), Windows: week(at(3 * time.Hour))}, "week 50% · as of 09:00", "As of 09:00"},
		{"Codex has been told since", usage.Usage{FetchedAt: at(3 * time.Hour), Windows: week(at(time.Minute))}, "week 50%", "As of 09:00"},
		{"only Codex was told", usage.Usage{Windows: week(at(3 * time.Hour))}, "week 50% · as of 09:00", "As of 09:00"},
		{"only Codex was told, just now", usage.Usage{Windows: week(at(time.Minute))}, "week 50%", ""},
		{"of a clock that was ahead", usage.Usage{FetchedAt: at(-3 * time.Hour), Windows: week(at(-3 * time.Hour))}, "week 50% · as of 15:00", "As of 15:00"},
		{"a cap", usage.Usage{FetchedAt: at(3 * time.Hour), SpendLimit: &usage.SpendLimit{Limit: "100", Used: "20"}}, "Spend limit: 20 of 100 · as of 09:00", "As of 09:00"},
		{"nothing known", usage.Usage{FetchedAt: at(3 * time.Hour)}, "", ""},
	} {
		if got := w.Tightest(test.u, usageNow); got != test.tightest {
			t.Errorf("%s: the tightest is %q, want %q", test.what, got, test.tightest)
		}
		if got := w.UsageNote(test.u, usageNow); got != test.note {
			t.Errorf("%s: the note is %q, want %q", test.what, got, test.note)
		}
	}
	u := usage.Usage{FetchedAt: usageNow, Windows: week(usageNow.Add(time.Minute))}
	for _, change := range []time.Time{usageNow.Add(currentFor), usageNow.Add(currentFor + time.Minute)} {
		if got := nextUsageChange(u, change.Add(-time.Second)); !got.Equal(change) {
			t.Errorf("the texts change at %s, want %s", got, change)
		}
	}
}

func TestUsageTexts(t *testing.T) {
	w, german := English(), New(lang.For("de"))
	u := usage.Usage{
		FetchedAt: usageNow.Add(-time.Minute), Plan: "pro",
		Windows:      []usage.Window{{Limit: "codex", Minutes: 300, UsedPercent: new(50.0), ResetsAt: usageNow.Add(4 * time.Hour)}},
		Credits:      &usage.Credits{HasCredits: true, Balance: "9.99"},
		ResetCredits: &usage.ResetCredits{Available: 2, ExpiresAt: usageNow.Add(24 * time.Hour)},
		SpendLimit:   &usage.SpendLimit{Limit: "100", Used: "20.5", UsedPercent: new(20.5), ResetsAt: usageNow.Add(time.Hour)},
	}
	for _, test := range [][2]string{
		{w.Tightest(u, usageNow), "5 h 50%, resets 16:00"},
		{w.Pace(u.Windows[0], usageNow), "full at 13:00 at this pace"},
		{w.Credits(u), "Credits: 9.99"},
		{w.Credits(usage.Usage{Credits: &usage.Credits{Unlimited: true}}), "Credits: unlimited"},
		{w.Credits(usage.Usage{Credits: &usage.Credits{Balance: "0"}}), ""},
		{w.ResetCredits(u, usageNow), "2 resets left, the first expires Sun 12:00"},
		{w.ResetCredits(usage.Usage{ResetCredits: &usage.ResetCredits{Available: 1}}, usageNow), "1 reset left"},
		{w.SpendLimit(u, usageNow), "Spend limit: 20.5 of 100, resets 13:00"},
		{german.Credits(u), "Guthaben: 9,99"},
		{german.Credits(usage.Usage{Credits: &usage.Credits{Balance: "v1.2"}}), "Guthaben: v1.2"},
		{german.Percent(new(50.0)), "50\u00a0%"},
		{Bar(new(1e300), 4), "▰▰▰▰"},
		{Bar(new(99.9), 4) + Bar(new(0.1), 4) + Bar(nil, 2), "▰▰▰▱▰▱▱▱▱▱"},
		{w.UsageReached(u), ""},
		{w.UsageReached(usage.Usage{Reached: "rate_limit_reached"}), ""},
		{w.UsageReached(usage.Usage{Reached: "workspace_member_credits_depleted"}), "The workspace has no credits left"},
		{w.UsageReached(usage.Usage{Reached: "workspace_owner_usage_limit_reached"}), "The workspace's spend limit has been reached"},
		{w.UsageReached(usage.Usage{SpendLimit: &usage.SpendLimit{Reached: true}}), "The workspace's spend limit has been reached"},
		{w.UsagePlan(u, auth.State{Plan: "plus"}), "Pro (your sign-in still says Plus)"},
		{w.UsagePlan(u, auth.State{Plan: "pro"}), "Pro"},
		{w.UsageAge(u, usageNow), "as of 11:59"},
		{w.Tightest(usage.Usage{}, usageNow), ""},
	} {
		if test[0] != test[1] {
			t.Errorf("got %q, want %q", test[0], test[1])
		}
	}
	title, body := w.UsageAlert(usage.Alert{Window: u.Windows[0], Percent: 50}, usageNow)
	if title != "5 h: 50% used" || body != "Resets 16:00, full at 13:00 at this pace" {
		t.Errorf("got %q, %q", title, body)
	}
	if title, _ := w.UsageAlert(usage.Alert{Window: u.Windows[0]}, usageNow); title != "5 h: reset" {
		t.Errorf("got %q", title)
	}
	if got := nextUsageChange(u, usageNow.Add(currentFor)); !got.Equal(usageNow.Add(time.Hour)) {
		t.Errorf("the texts change at %s", got)
	}
	only := usage.Usage{ResetCredits: &usage.ResetCredits{Available: 2, ExpiresAt: usageNow.Add(time.Minute)}}
	if got := nextUsageChange(only, usageNow); !got.Equal(usageNow.Add(time.Minute)) {
		t.Errorf("the texts about resets change at %s", got)
	}
}
