//go:build linux

package program_test

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"rekey/auth/login"
	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/test/kit/sandbox"
	"rekey/ui/cli"
)

// Rekey and the real Codex sign in through the same ports: the later one
// has the earlier one give up, in both directions.
func TestSignInSharesThePortsWithCodex(t *testing.T) {
	t.Parallel()
	_, codex := kit.Codex(t)
	kit.LoginPorts(t)
	t.Run("Codex gives up", func(t *testing.T) {
		b := newSandbox(t)
		theirs := startCodexLogin(t, b, codex)
		ours := b.start("login")
		wantPort(t, ours.page(), "1455")
		wantEnded(t, theirs, "Login cancelled")
		ours.interrupt()
		ours.wait(cli.ExitFailure)
	})
	t.Run("Rekey gives up", func(t *testing.T) {
		b := newSandbox(t)
		ours := b.start("login")
		wantPort(t, ours.page(), "1455")
		theirs := startCodexLogin(t, b, codex)
		ours.wait(cli.ExitFailure)
		ours.err.until(t, 0, "rekey: the sign-in was cancelled")
		if _, err := os.Stat(b.Home.AuthPath()); err == nil {
			t.Error("something was stored")
		}
		theirs.Kill()
	})
}

// The user's own codex, as npm installs it: its page is found in what it
// prints, and giving up ends the script and the program below it.
func TestCodexLoginIsGivenUp(t *testing.T) {
	t.Parallel()
	command, _ := kit.Codex(t)
	kit.LoginPorts(t)
	box, err := sandbox.New(time.Hour)
	must.Do(t, err)
	t.Cleanup(box.Close)
	box.Setenv("BROWSER", noBrowser)
	environment := make(map[string]string)
	for _, variable := range box.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		environment[name] = value
	}
	ctx, cancel := context.WithTimeout(t.Context(), kit.Patience)
	defer cancel()
	page := ""
	err = login.CodexCLI{
		Program: command, Home: box.Home.Dir(),
		Lookup: func(name string) (string, bool) { v, ok := environment[name]; return v, ok },
		Prompt: func(url string) { page = url; cancel() },
	}.Run(ctx)
	if !errors.Is(err, login.ErrCancelled) || !strings.HasPrefix(page, "https://auth.openai.com/oauth/authorize?") {
		t.Errorf("the page is %q, the end %v", page, err)
	}
	if c, err := net.Dial("tcp4", "127.0.0.1:1455"); err == nil {
		c.Close()
		t.Error("codex still listens")
	}
}

// noBrowser is for Codex, which would start any browser of the machine.
const noBrowser = "true"

// startCodexLogin starts the real "codex login" and waits until it listens. It
// asks its server for nothing until a browser comes back.
func startCodexLogin(t *testing.T, b *sandboxed, codex string) *sandbox.Process {
	t.Helper()
	b.Setenv("BROWSER", noBrowser)
	p := must.Get(b.Start(func([]byte) {}, codex, "login"))(t)
	kit.Eventually(t, "codex login waits on port 1455", func() bool { return strings.Contains(p.Stderr(), "localhost:1455") })
	return p
}

// page is the address that a program prints for its user to open.
func (r *running) page() string {
	r.box.t.Helper()
	n := r.err.until(r.box.t, 0, "/oauth/authorize?")
	lines, _ := r.err.lines()
	return lines[n-1]
}

func wantPort(t *testing.T, page, port string) {
	t.Helper()
	if !strings.Contains(page, "127.0.0.1%3A"+port+"%2F") {
		t.Errorf("the page is %s, want that it leads back to port %s", page, port)
	}
}

func wantEnded(t *testing.T, p *sandbox.Process, says string) {
	t.Helper()
	select {
	case <-p.Ended():
	case <-time.After(kit.Patience):
		t.Fatalf("codex login goes on: %s", p.Stderr())
	}
	if !strings.Contains(p.Stderr(), says) {
		t.Errorf("codex login says %q, want %q", p.Stderr(), says)
	}
}
