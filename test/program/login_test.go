//go:build unix

package program_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// approve is the user who enters the code on another device.
func (b *sandboxed) approve(login *running) {
	b.t.Helper()
	code := b.deviceCode()
	login.err.until(b.t, 0, "  "+code)
	must.Do(b.t, b.Server.ApproveDevice(code))
}

// deviceCode waits for the one code that waits to be entered.
func (b *sandboxed) deviceCode() string {
	b.t.Helper()
	var codes []string
	kit.Eventually(b.t, "a code", func() bool { codes = b.Server.DeviceCodes(); return len(codes) > 0 })
	if len(codes) != 1 {
		b.t.Errorf("there are the codes %q", codes)
	}
	return codes[0]
}

// watchSignIn starts an agent where nobody is signed in. seen waits until it shows
// Ada's sign-in, and ends it.
func (b *sandboxed) watchSignIn() (seen func()) {
	b.t.Helper()
	watch := b.start("watch")
	watch.out.until(b.t, 0, "Not signed in")
	return func() {
		watch.out.until(b.t, 0, "ada@example.com · Pro")
		watch.end()
	}
}

const (
	signedIn = "Signed in: ada@example.com · Pro"
	pickUp   = "Codex processes already running pick it up on their next request."
	restart  = "Codex processes already running may still use the old sign-in; restart them."
)

// TestLoginDevice: a code, a link, and the sign-in is there; through the agent,
// which shows it too, as well as without one.
func TestLoginDevice(t *testing.T) {
	t.Parallel()
	for name, agent := range map[string]bool{"alone": false, "through the agent": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newSandbox(t)
			if agent {
				defer b.watchSignIn()()
			}
			login := b.start("login", "--device")
			b.approve(login)
			login.err.until(t, 0, b.Server.Issuer())
			login.wait(cli.ExitOK)
			if lines, _ := login.out.lines(); !slices.Equal(lines, []string{signedIn, pickUp}) {
				t.Errorf("it prints %q", lines)
			}
			if text := string(login.err.text); strings.ContainsAny(text, "\r\x1b") {
				t.Errorf("it moves about where there is no terminal: %q", text)
			}
			b.rekey(cli.ExitOK, "status")
		})
	}
}

// A first sign-in makes the home, or the folder that a link leads to.
func TestLoginMakesTheHome(t *testing.T) {
	t.Parallel()
	for name, agent := range map[string]bool{"alone": false, "through the agent": true} {
		for _, linked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/linked %t", name, linked), func(t *testing.T) {
				t.Parallel()
				b := newSandbox(t)
				dir := b.Home.Dir()
				must.Do(t, os.RemoveAll(dir))
				if linked {
					must.Do(t, os.Mkdir(dir, 0o700))
					must.Do(t, os.Symlink(filepath.Join(filepath.Dir(dir), "new", "auth.json"), b.Home.AuthPath()))
				}
				if agent {
					defer b.watchSignIn()()
				}
				login := b.start("login", "--device")
				b.approve(login)
				login.wait(cli.ExitOK)
				b.rekey(cli.ExitOK, "status")
			})
		}
	}
}

// TestLoginOther: an account that takes another's place is named.
func TestLoginOther(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.put(b.Server.SignIn(box.Grace()))
	login := b.start("login", "--method=device")
	b.approve(login)
	login.wait(cli.ExitOK)
	login.err.until(t, 0, "rekey: ada@example.com replaces grace@example.com · Plus.")
	if lines, _ := login.out.lines(); !slices.Equal(lines, []string{signedIn, restart}) {
		t.Errorf("it prints %q", lines)
	}
}

// TestLoginGivenUp: giving up keeps the old sign-in.
func TestLoginGivenUp(t *testing.T) {
	t.Parallel()
	for name, agent := range map[string]bool{"alone": false, "through the agent": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newSandbox(t)
			b.signIn(time.Hour)
			before, _ := b.Home.Read()
			var watch *running
			if agent {
				watch = b.start("watch", "--format", "json")
				b.answers("the agent")
			}
			login := b.start("login", "--device")
			login.err.until(t, 0, "  "+b.deviceCode())
			if agent {
				watch.out.until(t, 0, `"signingIn":true`)
			}
			login.interrupt()
			login.wait(cli.ExitFailure)
			login.err.until(t, 0, "rekey: the sign-in was cancelled")
			if agent { // it has given up as well
				kit.Eventually(t, "the agent's sign-in ends", func() bool {
					lines, _ := watch.out.lines()
					return !strings.Contains(lines[len(lines)-1], `"signingIn"`)
				})
				watch.end()
			}
			if after, _ := b.Home.Read(); !slices.Equal(before, after) {
				t.Error("the sign-in is another")
			}
			b.wantQuiet()
		})
	}
}

// TestLoginRefused: why a sign-in has come to nothing.
func TestLoginRefused(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	login := b.start("login", "--device")
	must.Do(t, b.Server.DenyDevice(b.deviceCode()))
	login.wait(cli.ExitFailure)
	login.err.until(t, 0, "rekey: the sign-in was ")

	b.configure(`forced_login_method = "api"`)
	b.rekey(cli.ExitFailure, "login", "--device").sentence(t, "forced_login_method")
	if codes := b.Server.DeviceCodes(); len(codes) > 0 {
		t.Errorf("the codes %q were asked for", codes)
	}
}

// configure appends to Codex's configuration.
func (b *sandboxed) configure(line string) {
	b.t.Helper()
	f := must.Get(os.OpenFile(filepath.Join(b.Home.Dir(), "config.toml"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600))(b.t)
	defer f.Close()
	must.Get(f.WriteString("\n" + line + "\n"))(b.t)
}

// TestLoginKey: an API key comes through standard input, and what is written
// is what Codex writes.
func TestLoginKey(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	give := func(code int, input string) result {
		cmd := b.command("login", "--api-key-stdin")
		cmd.Stdin = strings.NewReader(input)
		r := b.run(cmd)
		if r.code != code {
			t.Errorf("with %q it ends with %d, want %d", input, r.code, code)
		}
		return r
	}
	give(cli.ExitFailure, " \n").sentence(t, "no API key was given on standard input")
	b.signIn(time.Hour)
	if r := give(cli.ExitOK, " sk-not-a-real-key\n"); r.out != "Signed in: API key\n"+restart+"\n" || r.err != "" {
		t.Errorf("it prints %q and says %q", r.out, r.err)
	}
	if content, err := b.Home.Read(); err != nil || string(content) != string(apiKey) {
		t.Errorf("the store holds %q (%v), want %q", content, err, apiKey)
	}
	b.configure(`forced_login_method = "chatgpt"`)
	give(cli.ExitFailure, "sk-another-one").sentence(t, "allows only a sign-in with ChatGPT")
	if content, err := b.Home.Read(); err != nil || string(content) != string(apiKey) {
		t.Errorf("the store holds %q (%v), want what it held", content, err)
	}
	b.wantOutcomes()
}

// TestLogout: what is here goes, and the server is told.
func TestLogout(t *testing.T) {
	t.Parallel()
	for name, agent := range map[string]bool{"alone": false, "through the agent": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newSandbox(t)
			b.signIn(time.Hour)
			if agent {
				watch := b.start("watch")
				watch.out.until(t, 0, "ada@example.com")
				defer watch.end()
				defer watch.out.until(t, 0, "Not signed in")
			}
			content, _ := b.Home.Read()
			if r := b.rekey(cli.ExitOK, "logout"); r.out != "Signed out: ada@example.com · Pro\n" || r.err != "" {
				t.Errorf("it prints %q and says %q", r.out, r.err)
			}
			if _, err := os.Stat(b.Home.AuthPath()); err == nil {
				t.Error("auth.json is still there")
			}
			b.rekey(cli.ExitSignedOut, "status")
			if r := b.rekey(cli.ExitOK, "logout"); r.out != "Not signed in.\n" {
				t.Errorf("the second time it prints %q", r.out)
			}
			b.put(content) // a copy from before is worth nothing
			b.rekey(cli.ExitExpiring, "refresh").sentence(t, "the sign-in was revoked")
		})
	}
}
