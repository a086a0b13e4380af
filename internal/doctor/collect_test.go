package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth/login"
	"rekey/internal/box"
	"rekey/internal/config"
	"rekey/internal/safefile"
	"rekey/test/kit/must"
)

func TestAHealthyMachine(t *testing.T) {
	r := newRig(t)
	r.FindCodex = func() (string, error) { return "", &login.NoCodexError{} }
	r.Panel = func(context.Context) error { return nil }
	r.Notifications = func(context.Context) (string, error) { return "dunst 1.9.0", nil }
	r.Window = func() error { return nil }
	report := Collect(t.Context(), r.Inputs)
	got := slices.DeleteFunc(codes(report), func(code string) bool { return code == FindUnsynchronised }) // of this machine
	if want := []string{FindNoAgent, FindNoCodex}; !slices.Equal(got, want) {
		t.Errorf("the findings are %v, want %v", report.Findings, want)
	}
	for code, want := range map[string]string{
		FactVersion: "1.2.3", FactSystem: runtime.GOOS + "/" + runtime.GOARCH, FactHome: "exists", FactStore: "file",
		FactConfig: "~/.config/rekey/config.toml", FactHook: "none",
		FactStatus: "healthy", FactAccount: "a…@e… · pro", FactAgent: "none", FactCodex: "none",
		FactPanel: "yes", FactNotifications: "dunst 1.9.0", FactAutostart: "not_looked", FactWindow: "yes",
	} {
		if got := value(report, code); got != want {
			t.Errorf("%s is %q, want %q", code, got, want)
		}
	}
	for _, f := range report.Facts {
		if f.State != nil && (f.Code != FactStatus || f.State.Email+f.State.Plan != "") {
			t.Errorf("%s has the State %+v", f.Code, *f.State)
		}
	}
	if report.Schema != 1 || time.Since(report.At) > time.Minute {
		t.Errorf("schema %d, at %v", report.Schema, report.At)
	}
	var form struct {
		Schema          int
		At              time.Time
		Facts, Findings []map[string]string
	}
	text, err := json.Marshal(report)
	if err == nil {
		err = json.Unmarshal(text, &form)
	}
	if err != nil || form.Facts[0]["code"] != FactVersion || form.Findings[0]["severity"] == "" {
		t.Errorf("the JSON is %s, %v", text, err)
	}
}

// What is wrong is found, whatever it is.
func TestFindings(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the permissions are those of the other systems")
	}
	refused := errors.New("no such thing")
	tests := map[string]struct {
		prepare func(*rig) error
		want    string
		says    string
	}{
		"a setting": {func(r *rig) error {
			_, found := config.Load(r.root) // a folder
			r.Problems = append(r.Problems, found[0])
			return nil
		}, FindConfig, "it is a folder"},
		"an unsafe hook": {func(r *rig) error {
			r.Settings.Hook = filepath.Join(r.root, "hook")
			return errors.Join(os.WriteFile(r.Settings.Hook, nil, 0o700), os.Chmod(r.Settings.Hook, 0o777))
		}, FindUnsafeHook, "~/hook can be written by everybody"},
		"no home":        {func(r *rig) error { return os.RemoveAll(r.home.Dir()) }, FindNoHome, ""},
		"an open file":   {func(r *rig) error { return os.Chmod(r.home.AuthPath(), 0o644) }, FindReadable, "auth.json Mode 0644"},
		"an open folder": {func(r *rig) error { return os.Chmod(r.home.Dir(), 0o777) }, FindWritable, "~/.codex Mode 0777"},
		"signed out":     {func(r *rig) error { return r.home.Delete() }, FindSignedOut, ""},
		"half a file":    {func(r *rig) error { return r.home.Replace([]byte("{")) }, FindUnreadable, "cannot read"},
		"an expired token": {func(r *rig) error {
			return r.home.Replace(box.AuthJSON(box.WithExpiry(time.Now().Add(-time.Hour))))
		}, FindNotTried, ""},
		"a clock behind": {func(r *rig) error { r.Now = func() time.Time { return time.Now().AddDate(-1, 0, 0) }; return nil }, FindFuture, "h"},
		"a restriction": {func(r *rig) error { return r.home.WriteConfig(`forced_login_method = "api"`) },
			FindRestricted, "allows only an API key"},
		"Codex's configuration": {func(r *rig) error { return r.home.WriteConfig("=") }, FindCodexConfig, "config.toml"},
		"no folder of our own":  {func(r *rig) error { return os.WriteFile(filepath.Join(r.root, "state"), nil, 0o600) }, FindState, "not a"},
		"no codex": {func(r *rig) error {
			r.FindCodex = func() (string, error) { return "", refused }
			return nil
		}, FindNoCodex, "no such thing"},
		"a codex that does not run": {func(r *rig) error {
			r.FindCodex = func() (string, error) { return "/bin/false", nil }
			return nil
		}, FindBrokenCodex, "/bin/false"},
		"no panel": {func(r *rig) error { r.Panel = func(context.Context) error { return refused }; return nil }, FindNoPanel, "no such thing"},
		"GNOME without its extension": {func(r *rig) error {
			r.env["XDG_CURRENT_DESKTOP"] = "ubuntu:GNOME"
			r.Panel = func(context.Context) error { return refused }
			return nil
		}, FindNoPanelGNOME, ""},
		"GNOME without libdecor": {func(r *rig) error { return r.decorated("libdecor-0.so.0") }, FindNoTitleBar, ""},
		"no notifications": {func(r *rig) error {
			r.Notifications = func(context.Context) (string, error) { return "", refused }
			return nil
		}, FindNoNotifications, "no such thing"},
		"no window":                      {func(r *rig) error { r.Window = func() error { return refused }; return nil }, FindNoWindow, "no such thing"},
		"no proxy":                       {func(r *rig) error { r.env["HTTPS_PROXY"] = "http://"; return nil }, FindBadProxy, ""},
		"no certificates":                {func(r *rig) error { r.env["SSL_CERT_FILE"] = "/none.pem"; return nil }, FindBadCA, "/none.pem"},
		"an empty file of certificates":  {certificateFile("SSL_CERT_FILE", ""), FindBadCA, "no certificate"},
		"a key in place of certificates": {certificateFile("CODEX_CA_CERTIFICATE", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"), FindBadCA, "no certificate"},
		"a pipe in place of certificates": {func(r *rig) error {
			r.env["SSL_CERT_FILE"] = filepath.Join(r.root, "pipe")
			return exec.Command("mkfifo", r.env["SSL_CERT_FILE"]).Run()
		}, FindBadCA, "not a regular file"},
		"no room for an answer": {func(r *rig) error {
			r.Homes[0].Store.Disk.Fault = func(op safefile.Op, path string) error {
				if op == safefile.OpWrite && strings.HasPrefix(path, filepath.Join(r.root, "state")) {
					return syscall.ENOSPC
				}
				return nil
			}
			return nil
		}, FindState, "no space left"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			must.Do(t, tt.prepare(r))
			report := Collect(t.Context(), r.Inputs)
			i := slices.IndexFunc(report.Findings, func(f Finding) bool { return f.Code == tt.want })
			if i < 0 || !strings.Contains(args(report, i), tt.says) {
				t.Errorf("the findings are %+v, want %s, %q", report.Findings, tt.want, tt.says)
			}
			if !slices.IsSortedFunc(report.Findings, func(a, b Finding) int { return a.Severity.rank() - b.Severity.rank() }) {
				t.Errorf("they are out of order: %v", codes(report))
			}
		})
	}
}

// TestTheWorstComesFirst: what keeps the sign-in from working is said before the rest.
func TestTheWorstComesFirst(t *testing.T) {
	t.Parallel()
	if Problem.rank() >= Warning.rank() || Warning.rank() >= Note.rank() {
		t.Errorf("the order is %d, %d, %d", Problem.rank(), Warning.rank(), Note.rank())
	}
}

// certificateFile has a variable name a file with this content.
func certificateFile(variable, content string) func(*rig) error {
	return func(r *rig) error {
		r.env[variable] = filepath.Join(r.root, "ca.pem")
		return os.WriteFile(r.env[variable], []byte(content), 0o600)
	}
}

// The whole takes no longer than its limit, whatever hangs.
func TestCollectIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		began := time.Now()
		report := collect(t.Context(), Inputs{Now: time.Now}, []probe{
			{"clock", "one that hangs", func(context.Context) found { <-release; return found{} }},
			{"clock", "one that heeds its end", func(ctx context.Context) (f found) { <-ctx.Done(); return f }},
			{"clock", "a quick one", func(context.Context) (f found) { f.fact(FactVersion, "", "1"); return f }},
		}, timeLimit)
		if took := time.Since(began); took != timeLimit {
			t.Errorf("it took %v", took)
		}
		if value(report, FactVersion) != "1" || !slices.Contains(codes(report), FindSlow) ||
			report.Findings[0].About != "one that hangs" || args(report, 0) != "Part clock Limit 5s" {
			t.Errorf("the report is %+v", report)
		}
		close(release)
	})
}

// Secrets in every place that a report looks at, and none in the report.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the script is for a shell")
	}
	const secret, password = "not-a-real-token-0123456789abcdef", "hunter2hunter2"
	r := newRig(t)
	access := box.Tokens{AccessToken: secret, RefreshToken: secret}
	r.put(box.AuthJSON(box.WithAccount(box.Ada()), box.WithAccessToken(access.AccessToken), box.WithRefreshToken(access.RefreshToken)))
	leak := fmt.Errorf("at %s on analytical-engine: ada@example.com has %s", filepath.Join(r.root, "x"), secret)
	r.Problems = []error{leak}
	r.Panel = func(context.Context) error { return leak }
	r.Notifications = func(context.Context) (string, error) { return leak.Error(), nil }
	r.Window = func() error { return leak }
	r.Settings.Hook = filepath.Join(r.root, "ada@example.com", secret)
	for _, name := range []string{"HTTPS_PROXY", "http_proxy", "ALL_PROXY"} {
		r.env[name] = "http://adalovelace:" + password + "@proxy.example:3128"
	}
	r.env["NO_PROXY"] = "analytical-engine"
	r.env["SSL_CERT_FILE"] = filepath.Join(r.root, secret)
	script := filepath.Join(r.root, "codex")
	install := exec.Command("sh", "-c", `cat >"$1" && chmod 0700 "$1"`, "sh", script)
	install.Stdin = strings.NewReader("#!/bin/sh\necho 'codex " + leak.Error() + "'\n")
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	r.FindCodex = func() (string, error) { return script, nil }
	r.Homes = append(r.Homes, r.Homes[0])
	r.Homes[1].Dir = filepath.Join(r.root, "other", secret)

	report := Collect(t.Context(), r.Inputs)
	text := must.Get(json.Marshal(report))(t)
	text = append(text, fmt.Sprintf("%+v", report.Facts)...)
	for i := range report.Findings {
		text = append(text, args(report, i)...)
	}
	for _, what := range []string{secret, password, "ada@example.com", "adalovelace", "analytical-engine", r.root} {
		if i := bytes.Index(bytes.ToLower(text), []byte(strings.ToLower(what))); i >= 0 {
			t.Errorf("%q is in the report: …%s…", what, text[max(0, i-80):i+len(what)])
		}
	}
	if value(report, FactCodexVersion) == "" || value(report, FactProxy) != "http://proxy.example:3128" {
		t.Errorf("too much is hidden: %+v", report.Facts)
	}
}
