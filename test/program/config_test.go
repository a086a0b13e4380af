//go:build unix

package program_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// TestConfiguration: the agent applies what is written to the file at once,
// hands each State to the hook that it names, and writes down who refreshed when;
// a mistake stops what answers one question and nothing else.
func TestConfiguration(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.extra = append(b.extra, "XDG_CONFIG_HOME="+filepath.Join(filepath.Dir(b.Home.Dir()), "config"))
	b.signIn(time.Hour)
	b.prefer("keep_fresh = false # for now")
	watch := b.start("watch", "--format", "json")
	n := watch.out.until(t, 0, `"keepFresh":false`)

	// The hook reads what watch prints.
	hook := filepath.Join(filepath.Dir(b.Home.Dir()), "hook")
	files.Program(t, hook, "#!/bin/sh\ncat >\"$0.new\"; mv \"$0.new\" \"$0.out\"\n")
	b.prefer("hook = '" + hook + "'")
	watch.out.until(t, n, `"keepFresh":true`)
	b.put(apiKey)
	var report auth.StateReport
	kit.Eventually(t, "the hook reads the API key", func() bool {
		text, _ := os.ReadFile(hook + ".out")
		return json.Unmarshal(text, &report) == nil && report.State.Status == auth.StatusAPIKey
	})
	if report.Schema != auth.ReportSchema || report.Home != b.Home.Dir() {
		t.Errorf("the hook reads %+v", report)
	}

	// A mistake is said by line, and the keeper stays as it was.
	b.prefer("keep_fresh = true\nsign_in = \"brwser\"")
	watch.err.until(t, 0, `config.toml:2: sign_in is "brwser"; use browser, device or codex.`)
	b.rekey(cli.ExitUsage, "status").sentence(t, `config.toml:2: sign_in is "brwser"; use browser, device or codex`)
	r := b.rekey(cli.ExitUsage, "config")
	settings := strings.Join(strings.Fields(r.out), " ") // how wide a home's path is varies
	if !strings.Contains(settings, `sign_in = "browser" # default; `) || !strings.Contains(settings, "keep_fresh = true # config.toml ") {
		t.Errorf("the settings are\n%s", r.out)
	}
	b.prefer("")
	b.signIn(10 * time.Minute) // it is due
	must.Do(t, b.Server.WaitForRequests(inTime(t), 1))
	logs := filepath.Join(b.Options().Dirs.StateDir(b.Home.Dir()), "rekey.log")
	kit.Eventually(t, "the refresh is written down", func() bool {
		text, _ := os.ReadFile(logs)
		return strings.Contains(string(text), `msg="refresh: refreshed"`) && strings.Contains(string(text), "why=proactive_expiry")
	})
	if info, err := os.Stat(logs); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the log: %v, %v", info, err)
	}
	watch.end()
	b.wantOutcomes(box.OutcomeOK)
	b.wantQuiet()
}

// TestConfigurationOfSeveralHomes: one file and its mistake, said once.
func TestConfigurationOfSeveralHomes(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(time.Hour)
	b.second(apiKey)
	watch := b.start("watch")
	watch.out.until(t, 0, "ada@example.com")
	watch.out.until(t, 0, "Using an API key")
	b.prefer("homes = [\"~/.codex\", \"~/.codex-work\"]\nkeep_fresh = 1")
	watch.err.until(t, 0, "config.toml:2: keep_fresh is 1; use true or false.")
	b.prefer("homes = [\"~/.codex\", \"~/.codex-work\"]\nnotifications = 2")
	watch.err.until(t, 0, "config.toml:2: notifications is 2; use true or false.")
	watch.end()
	if lines, _ := watch.err.lines(); len(lines) != 2 {
		t.Errorf("it says\n%s", strings.Join(lines, "\n"))
	}
}
