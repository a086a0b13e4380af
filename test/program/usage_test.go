//go:build unix

package program_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit/must"
	"rekey/ui/cli"
	"rekey/usage"
)

// usageOf runs "rekey usage --json" and wants a code.
func (b *sandboxed) usageOf(code int) usage.Usage {
	b.t.Helper()
	var report usage.Report
	must.Do(b.t, json.Unmarshal([]byte(b.rekey(code, "usage", "--json").out), &report))
	return report.Usage
}

// The same figures come from an agent and without one, and the backend is asked
// once for all of them.
func TestPlanUsage(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(time.Hour)
	if before := b.rekey(cli.ExitOK, "status", "--json").out; strings.Contains(before, `"usage"`) {
		t.Errorf("before anybody has looked, status says %s", before)
	}
	first := b.usageOf(cli.ExitOK)
	if first.Plan != "pro" || len(first.Windows) != 2 || first.Windows[0].Minutes != 300 || first.ResetCredits.Available != 1 {
		t.Errorf("got %+v", first)
	}
	watch := b.start("watch")
	watch.out.until(t, 0, "ada@example.com")
	if again := b.usageOf(cli.ExitOK); !again.FetchedAt.Equal(first.FetchedAt) {
		t.Errorf("through the agent: %+v", again)
	}
	text := b.rekey(cli.ExitOK, "usage").out
	if !strings.HasPrefix(text, "5 h   ▱▱") && !strings.HasPrefix(text, "5 h   ▰▱") || !strings.Contains(text, "\nweek  ▰▰▰▰▰▰▱▱▱▱▱▱▱▱▱▱▱▱▱▱  31%, resets ") {
		t.Errorf("the text is\n%s", text)
	}
	if after := b.rekey(cli.ExitOK, "status", "--json").out; !strings.Contains(after, `"usage": {`) {
		t.Errorf("status says %s", after)
	}
	if n := b.Server.UsageRequests(); n != 1 {
		t.Errorf("the backend was asked %d times", n)
	}
	watch.end()
}

// Where there are no figures the code says so, and nothing is sent for those who
// may not ask; who they are is tested in auth/agent.
func TestNoPlanUsage(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare func(b *sandboxed)
		code    int
		want    usage.Problem
		asked   int
	}{
		"signed out": {func(*sandboxed) {}, cli.ExitSignedOut, usage.ProblemSignedOut, 0},
		"not reached": {func(b *sandboxed) {
			b.signIn(time.Hour)
			must.Do(b.t, b.Home.WriteConfig("chatgpt_base_url = 'http://127.0.0.1:1/backend-api'\n"))
		}, cli.ExitWaiting, usage.ProblemNotReached, 0},
		"expired": {func(b *sandboxed) { b.signIn(-time.Hour) }, cli.ExitWaiting, usage.ProblemExpired, 0},
		"down": {func(b *sandboxed) {
			b.signIn(time.Hour)
			b.Server.AnswerUsage(box.Reply{Status: http.StatusServiceUnavailable})
		}, cli.ExitWaiting, usage.ProblemServer, 1},
		"portal": {func(b *sandboxed) {
			b.signIn(time.Hour)
			b.Server.AnswerUsage(box.Reply{Status: http.StatusOK, Body: "<html>"})
		}, cli.ExitFailure, usage.ProblemNotUsage, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newSandbox(t)
			b.extra = append(b.extra, "XDG_CONFIG_HOME="+filepath.Join(filepath.Dir(b.Home.Dir()), "config"))
			test.prepare(b)
			sent := b.Server.Refreshes()
			if u := b.usageOf(test.code); u.Problem != test.want || u.Known() {
				t.Errorf("got %+v, want %s", u, test.want)
			}
			r := b.rekey(test.code, "usage")
			if r.sentence(t, ""); r.out != "" && r.out != "Plan: Pro\n" {
				t.Errorf("it prints %q", r.out)
			}
			if n := b.Server.UsageRequests(); n != test.asked || b.Server.Refreshes() != sent {
				t.Errorf("the backend was asked %d times, with %d refreshes", n, b.Server.Refreshes()-sent)
			}
		})
	}
}

// TestHomeFlag: another home than the environment's.
func TestHomeFlag(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	other := must.Get(box.NewHome(filepath.Join(filepath.Dir(b.Home.Dir()), "other")))(t)
	must.Do(t, other.Replace(apiKey))
	b.rekey(cli.ExitSignedOut, "status")
	for _, home := range []string{other.Dir(), "other"} { // the programs' folder is the sandbox
		if r := b.rekey(cli.ExitOK, "status", "--home", home); r.out != "Using an API key\n" {
			t.Errorf("rekey status --home prints %q", r.out)
		}
	}
}
