//go:build unix

package program_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

func TestRefresh(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prepare   func(*sandboxed)
		code      int
		out       string   // how standard output begins
		err       string   // words of the one sentence on standard error, "" for silence
		outcomes  []string // of the requests
		refreshed bool
	}{
		"refreshed": {func(b *sandboxed) { b.signIn(time.Minute) }, cli.ExitOK, "ada@example.com · Pro\nWorks until ", "",
			[]string{box.OutcomeOK}, true},
		"refreshed, past": {func(b *sandboxed) { b.signIn(-time.Hour) }, cli.ExitOK, "ada@example.com · Pro\nWorks until ", "",
			[]string{box.OutcomeOK}, true},
		"API key":    {func(b *sandboxed) { b.put(apiKey) }, cli.ExitOK, "Using an API key\n", "", nil, false},
		"signed out": {func(*sandboxed) {}, cli.ExitSignedOut, "Not signed in\n", "", nil, false},
		"refused, past": {func(b *sandboxed) { b.signIn(-time.Hour); b.Server.RevokeAll() }, cli.ExitSignInRequired, "",
			"the sign-in cannot be refreshed: the sign-in was revoked", []string{box.CodeInvalidated}, false},
		"refused, still works": {func(b *sandboxed) { b.signIn(time.Hour); b.Server.RevokeAll() }, cli.ExitExpiring, "",
			"the sign-in cannot be refreshed: the sign-in was revoked", []string{box.CodeInvalidated}, false},
		"server in trouble": {func(b *sandboxed) {
			b.signIn(time.Hour)
			b.Server.SetMode(box.Reply{Status: http.StatusServiceUnavailable})
		}, cli.ExitWaiting, "", "answered 503", []string{box.OutcomeScripted}, false},
		"server down":       {func(b *sandboxed) { b.signIn(time.Hour); b.Server.Close() }, cli.ExitWaiting, "", "no connection could be made", nil, false},
		"server down, past": {func(b *sandboxed) { b.signIn(-time.Hour); b.Server.Close() }, cli.ExitWaiting, "", "no connection could be made", nil, false},
		"answer lost": {func(b *sandboxed) {
			b.signIn(time.Hour)
			b.Server.Script(box.Reply{Drop: true})
		}, cli.ExitWaiting, "", "no answer came", []string{box.OutcomeDropped}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newSandbox(t)
			tt.prepare(b)
			before, _ := b.Home.Read()
			r := b.rekey(tt.code, "refresh")
			if !strings.HasPrefix(r.out, tt.out) || tt.out == "" && r.out != "" {
				t.Errorf("it prints %q, want %q", r.out, tt.out)
			}
			if tt.err != "" {
				r.sentence(t, tt.err)
			} else if r.err != "" {
				t.Errorf("it says %q", r.err)
			}
			b.wantOutcomes(tt.outcomes...)
			if after, _ := b.Home.Read(); slices.Equal(before, after) == tt.refreshed {
				t.Errorf("refreshed is %t, want %t", !tt.refreshed, tt.refreshed)
			}
			if tt.code == cli.ExitOK || tt.err == "" {
				b.rekey(tt.code, "status")
			}
			b.wantQuiet()
		})
	}
}

// What was refused for good is asked for once, by however many processes, one
// after the other and together.
func TestRefusedOnceForAll(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(-time.Hour)
	b.Server.RevokeAll()
	var together sync.WaitGroup
	for range 8 {
		together.Go(func() { b.rekey(cli.ExitSignInRequired, "refresh") })
	}
	together.Wait()
	for range 2 {
		b.rekey(cli.ExitSignInRequired, "refresh").sentence(t, "the sign-in was revoked")
	}
	b.rekey(cli.ExitSignInRequired, "status")
	watch := b.start("watch")
	watch.out.until(t, 0, "Sign in again: the sign-in was revoked")
	watch.end()
	b.wantOutcomes(box.CodeInvalidated)

	b.signIn(time.Minute) // another sign-in is another matter
	b.rekey(cli.ExitOK, "refresh")
	b.wantOutcomes(box.CodeInvalidated, box.OutcomeOK)
}

// askAgent asks the home's agent for a refresh, which it refuses or not.
func (b *sandboxed) askAgent(refused bool) {
	b.t.Helper()
	client := must.Get(b.Attach(inTime(b.t)))(b.t)
	defer client.Close()
	if err := client.Refresh(inTime(b.t)); (auth.OutcomeOf(err) == auth.OutcomePermanent) != refused {
		b.t.Errorf("the agent's refresh ends with %v", err)
	}
}

var unwritten = regexp.MustCompile("(?m)^rekey: Rekey's log cannot be written: .*\n")

// Where new tokens could not be saved, none are asked for.
func TestNothingSentIfNotSaved(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prepare func(*sandboxed) error
		code    int
		words   string
	}{
		"read-only file": {func(b *sandboxed) error { return os.Chmod(b.Home.AuthPath(), 0o400) }, cli.ExitFailure, "could not be saved"},
		"a second name": {func(b *sandboxed) error {
			return os.Link(b.Home.AuthPath(), filepath.Join(b.Home.Dir(), "another"))
		}, cli.ExitFailure, "could not be saved"},
		"no folder of our own": {func(b *sandboxed) error {
			return os.WriteFile(filepath.Dir(b.Options().Dirs.State), nil, 0o600)
		}, cli.ExitFailure, "could not be saved"},
		"read-only home": {func(b *sandboxed) error {
			b.foreign()
			return errors.Join(os.Chmod(b.Home.AuthPath(), 0o644), os.Chmod(b.Home.Dir(), 0o555))
		}, cli.ExitFailure, "auth.json.rekey.lock cannot be written: permission denied"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newSandbox(t)
			b.signIn(time.Minute)
			must.Do(t, tt.prepare(b))
			t.Cleanup(func() { _ = os.Chmod(b.Home.Dir(), 0o700) })
			before, err := b.Home.Read()
			must.Do(t, err)
			r := b.rekey(tt.code, "refresh")
			// Where there is no folder, there is no log, which is said as well.
			r.err = unwritten.ReplaceAllString(r.err, "")
			r.sentence(t, tt.words)
			b.wantOutcomes()
			if after, err := b.Home.Read(); err != nil || !slices.Equal(before, after) {
				t.Errorf("the home has changed: %v", err)
			}
		})
	}
}

// No command shows a token, whatever it logs and whatever the server says.
func TestNoTokenAnywhere(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.extra = []string{"REKEY_LOG=debug", "XDG_CONFIG_HOME=" + filepath.Join(filepath.Dir(b.Home.Dir()), "config")}
	b.prefer(`log = "debug"`)
	for _, body := range []string{
		`{"error":{"code":%q,"message":%q}}`, `{"error":%q,"error_description":%q}`, `{"code":%q,"x":%q}`,
		`%q %q`, `<html>%s %s`,
	} {
		b.signIn(time.Minute) // each may be sent at once
		refresh := b.secrets[len(b.secrets)-1]
		b.Server.Script(box.Reply{Status: http.StatusBadRequest, Body: fmt.Sprintf(body, refresh, refresh)})
		b.rekey(cli.ExitWaiting, "refresh")
	}
	for _, args := range []string{"status", "status --json", "refresh", "status", "window", "watch --format xml"} {
		b.run(b.command(strings.Fields(args)...))
	}
	b.signIn(time.Minute)
	due := b.accessToken()
	words, lines := b.start("watch"), b.start("watch", "--format=json")
	kit.Eventually(t, "the agent's refresh", func() bool { return b.accessToken() != due })
	words.out.until(t, 0, "ada@example.com")
	lines.out.until(t, 0, `"healthy"`)
	b.Server.Script(box.Refusal(http.StatusUnauthorized, string(auth.ReasonReused)))
	b.signIn(-time.Minute)
	b.rekey(cli.ExitSignInRequired, "refresh")
	b.askAgent(true)
	lines.out.until(t, 0, `"sign_in_required"`)
	content := must.Get(b.Home.Read())(t)
	b.put(content[:len(content)-7]) // a token ends in the middle of nowhere
	lines.out.until(t, 0, `"unreadable"`)
	server := b.start("app-server")
	server.send(1, "initialize", hello)
	server.send(2, "getAuthStatus", `{"refreshToken":true}`)
	server.answer(2)
	for _, p := range []*running{words, lines, server} {
		p.end()
	}
	if !strings.Contains(b.printed.String(), "level=") {
		t.Error("nothing was logged")
	}
	written, err := os.ReadFile(filepath.Join(b.Options().Dirs.StateDir(b.Home.Dir()), "rekey.log"))
	if err != nil || !strings.Contains(string(written), "refresh: refused") {
		t.Errorf("the log file has %s, %v", written, err)
	}
	_, _ = b.Write(written) // to be searched with the rest
}

// answers waits until an agent serves its clients, which is later than its first line:
// "rekey window" then lacks the window only.
func (b *sandboxed) answers(who string) {
	b.t.Helper()
	kit.Eventually(b.t, who, func() bool {
		return strings.Contains(b.rekey(cli.ExitFailure, "window").err, "rekey-window) is not installed")
	})
}
