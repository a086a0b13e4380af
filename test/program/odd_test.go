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
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// Sign-ins that lack something: status, token and refresh agree about what can
// still be done, text says why as JSON does, and nothing is sent that cannot help.
func TestOddSignIns(t *testing.T) {
	t.Parallel()
	type file = map[string]any
	tokens := func(f file) file { return f["tokens"].(file) }
	noRefreshToken := func(f file) { tokens(f)["refresh_token"] = "" }
	noAccount := func(f file) { delete(tokens(f), "account_id") }
	for name, tt := range map[string]struct {
		left                   time.Duration
		alter                  func(file)
		status, token, refresh int
		words                  string // of status
		sends                  int    // by token
	}{
		"no refresh token": {time.Hour, noRefreshToken, cli.ExitExpiring, cli.ExitOK, cli.ExitExpiring,
			"the stored sign-in has no refresh token", 0},
		"no refresh token, expired": {-time.Hour, noRefreshToken, cli.ExitSignInRequired, cli.ExitSignInRequired, cli.ExitSignInRequired,
			"Sign in again: the stored sign-in has no refresh token", 0},
		"no account": {time.Hour, noAccount, cli.ExitExpiring, cli.ExitOK, cli.ExitExpiring, "the stored sign-in names no account", 0},
		"no last_refresh": {time.Hour, func(f file) { delete(f, "last_refresh") }, cli.ExitWaiting, cli.ExitOK, cli.ExitOK,
			"so Codex does not use it", 1},
		"no access token": {time.Hour, func(f file) { tokens(f)["access_token"] = "" }, cli.ExitWaiting, cli.ExitOK, cli.ExitOK,
			"has no access token", 1},
		"an expiry in milliseconds": {time.Hour, func(f file) {
			tokens(f)["access_token"] = box.JWT(map[string]any{"exp": time.Now().Add(time.Hour).UnixMilli()})
		}, cli.ExitOK, cli.ExitOK, cli.ExitOK, "ada@example.com", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newSandbox(t)
			b.mayPrint = true
			b.signIn(tt.left)
			content, err := b.Home.Read()
			must.Do(t, err)
			var f file
			must.Do(t, json.Unmarshal(content, &f))
			tt.alter(f)
			if content, err = json.Marshal(f); err != nil {
				t.Fatal(err)
			}
			b.put(content)
			r := b.rekey(tt.status, "status")
			if !strings.Contains(strings.ToLower(r.out), strings.ToLower(tt.words)) || strings.Contains(r.out, "(in -") {
				t.Errorf("status says %q, want %q", r.out, tt.words)
			}
			if tt.status == cli.ExitWaiting && strings.Contains(r.out, "Works until") {
				t.Errorf("status says that it works: %q", r.out)
			}
			var report auth.StateReport
			if err := json.Unmarshal([]byte(b.rekey(tt.status, "status", "--json").out), &report); err != nil {
				t.Error(err)
			}
			if (report.State.Problem == "") != (tt.status == cli.ExitOK) {
				t.Errorf("the problem in JSON is %q", report.State.Problem)
			}
			b.rekey(tt.token, "token")
			if n := b.Server.Refreshes(); n != tt.sends {
				t.Errorf("%d requests, want %d", n, tt.sends)
			}
			b.rekey(tt.refresh, "refresh")
			if n := b.Server.Refreshes(); tt.refresh != cli.ExitOK && n != 0 {
				t.Errorf("%d requests, want none", n)
			}
		})
	}
}

// A home that is not what its user meant is named, and never taken for one in
// which nobody has signed in.
func TestHomesThatAreNotThere(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	missing := filepath.Join(b.Home.Dir(), "gone")
	b.rekey(cli.ExitSignedOut, "status", "--home", missing).sentence(t, missing+" does not exist")
	tilde := filepath.Join(b.Home.Dir(), "~", ".codex")
	for _, command := range []string{"status", "login", "refresh", "token"} {
		b.rekey(cli.ExitUsage, command, "--home", tilde).sentence(t, "has a ~ in it that no shell has expanded")
	}
	if _, err := os.Lstat(filepath.Join(b.Home.Dir(), "~")); err == nil {
		t.Error("a folder ~ was made")
	}
	must.Do(t, os.Symlink("/nowhere/auth.json", b.Home.AuthPath()))
	b.rekey(cli.ExitSignedOut, "status").sentence(t, "is a link to /nowhere/auth.json, which does not exist")

	file := filepath.Join(b.Home.Dir(), "config.toml") // no folder
	if r := b.rekey(cli.ExitUsage, "status", "--home", file); r.err != "rekey: the home "+file+": it is not a folder\n" {
		t.Errorf("it says %q", r.err)
	}
	if r := b.rekey(cli.ExitFailure, "doctor", "--json", "--home", file); r.err != "" {
		t.Errorf("it says %q", r.err)
	}
	if r := b.rekey(cli.ExitOK, "prompt", "--home", file); r.out != "? Codex\n" || r.err != "" {
		t.Errorf("the prompt is %q, %q", r.out, r.err)
	}
}
