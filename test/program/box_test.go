//go:build unix

package program_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rekey/test/kit"
	"rekey/test/kit/browser"
	"rekey/test/kit/must"
	"rekey/test/kit/sandbox"
)

// sandboxed is a sandbox for one test. What its programs print is searched for the
// tokens that were in the home at any time.
type sandboxed struct {
	*sandbox.Sandbox
	t       *testing.T
	program string
	extra   []string            // of the environment
	user    *syscall.Credential // who runs the programs, nil for who runs the test

	mayPrint bool // tokens

	mu      sync.Mutex // guards everything below
	printed bytes.Buffer
	secrets []string
}

// newSandbox makes a sandbox whose access tokens live for an hour. Nobody is signed in.
func newSandbox(t *testing.T) *sandboxed {
	t.Helper()
	s := must.Get(sandbox.New(time.Hour))(t)
	b := &sandboxed{Sandbox: s, t: t, program: kit.RekeyAsTested(t)}
	t.Cleanup(func() {
		b.note()
		s.Close()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, secret := range b.secrets {
			if !b.mayPrint && bytes.Contains(b.printed.Bytes(), []byte(secret)) {
				t.Errorf("a token was printed:\n%s", &b.printed)
			}
		}
		if bytes.Contains(b.printed.Bytes(), []byte("DATA RACE")) || bytes.Contains(b.printed.Bytes(), []byte("panic:")) {
			t.Errorf("the program is broken:\n%s", &b.printed)
		}
		if t.Failed() {
			t.Logf("printed was:\n%s", &b.printed)
		}
	})
	return b
}

// signIn signs Ada in with an access token that works for so long.
func (b *sandboxed) signIn(left time.Duration) {
	b.t.Helper()
	must.Do(b.t, b.SignIn(left))
	b.note()
}

// put replaces auth.json as Codex does.
func (b *sandboxed) put(content []byte) {
	b.t.Helper()
	must.Do(b.t, b.Home.Replace(content))
	b.note()
}

// note remembers the tokens in the home.
func (b *sandboxed) note() {
	if info, err := os.Stat(b.Home.AuthPath()); err != nil || !info.Mode().IsRegular() {
		return // a named pipe would hold the reader
	}
	content, err := b.Home.Read()
	if err != nil {
		return
	}
	var stored struct {
		Key    string            `json:"OPENAI_API_KEY"`
		Tokens map[string]string `json:"tokens"`
	}
	if json.Unmarshal(content, &stored) != nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, name := range []string{"id_token", "access_token", "refresh_token"} {
		if token := stored.Tokens[name]; token != "" {
			b.secrets = append(b.secrets, token)
		}
	}
	if stored.Key != "" {
		b.secrets = append(b.secrets, stored.Key)
	}
}

// Write implements io.Writer for what is printed.
func (b *sandboxed) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.printed.Write(p)
}

// inTime is a context that ends when a test has waited for too long. Programs that
// go on are given one when they start, so it outlasts a whole test.
func inTime(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*kit.Patience)
	t.Cleanup(cancel)
	return ctx
}

// command makes a command of the program in the box.
func (b *sandboxed) command(args ...string) *exec.Cmd {
	cmd := b.Command(inTime(b.t), b.program, args...)
	cmd.Env = append(cmd.Env, b.extra...)
	if b.user != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: b.user}
	}
	return cmd
}

// result is what a command left.
type result struct {
	code     int
	out, err string
}

// run runs the program to its end, as this user or the one of the command.
func (b *sandboxed) run(cmd *exec.Cmd) (r result) {
	b.t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		b.t.Fatalf("%v: %v", cmd, err)
	}
	_, _ = fmt.Fprintf(b, "%v\n%s%s", cmd.Args, &out, &errs)
	return result{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// rekey runs the program to its end and wants a code.
func (b *sandboxed) rekey(code int, args ...string) result {
	b.t.Helper()
	r := b.run(b.command(args...))
	if r.code != code {
		b.t.Errorf("rekey %s ends with %d, want %d\n%s%s", strings.Join(args, " "), r.code, code, r.out, r.err)
	}
	return r
}

// sentence wants standard error to be one sentence with these words.
func (r result) sentence(t *testing.T, words string) {
	t.Helper()
	if !strings.HasPrefix(r.err, "rekey: ") || strings.Count(r.err, "\n") != 1 || !strings.Contains(r.err, words) {
		t.Errorf("standard error is %q, want one sentence with %q", r.err, words)
	}
}

func TestMain(m *testing.M) {
	if browser.IsStandIn() {
		browser.StandIn()
		return
	}
	os.Exit(kit.RunAtRoot(m))
}
