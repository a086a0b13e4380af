package login

import (
	"cmp"
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"time"

	"rekey/internal/fault"
	"rekey/internal/proc"
)

// CodexCLI is the sign-in with the user's own "codex login", for users who
// prefer it to Rekey's.
//
// Codex 0.169 revokes the stored refresh token and deletes auth.json before it
// does anything else, so a run that is cancelled or fails leaves the user
// signed out; faces say so beforehand. It writes the store itself. A run
// without an error means that codex exited successfully; the caller has to
// check that the store holds a new sign-in.
type CodexCLI struct {
	// Program is the path that FindCodex returned.
	Program string
	// Home is the CODEX_HOME that it signs in.
	Home string
	// Lookup reads Rekey's environment, part of which is passed to the child.
	Lookup func(name string) (string, bool)
	// Prompt, if not nil, gets the address of the page that Codex itself opens
	// in a browser. It must not block.
	Prompt func(url string)
	// Limit bounds the run, 0 for DefaultDeviceLimit; Codex itself would wait
	// without limit.
	Limit time.Duration
}

// CodexExitError means that codex exited with an error.
type CodexExitError struct {
	// Code is its exit code, -1 when a signal killed it.
	Code int
	// Said is the last line that it printed, shortened and without anything
	// that looks like a token; "" if it printed nothing.
	Said string
}

// AsFault implements fault.Coded.
func (e *CodexExitError) AsFault() *fault.Fault {
	if e.Said == "" {
		return fault.New("codex_exit", "codex login failed (exit code {{.Code}})", "Code", e.Code)
	}
	return fault.New("codex_failed", "codex login failed: {{.Why}}", "Why", e.Said)
}

// Error implements error.
func (e *CodexExitError) Error() string { return e.AsFault().Error() }

// codexVariables are the variables that Codex reads, beyond those passed to
// every child: how to reach the network, and which server to sign in with. None
// of them holds a key.
func codexVariables() []string {
	return []string{
		"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy",
		"CODEX_CA_CERTIFICATE", "SSL_CERT_FILE", "SSL_CERT_DIR",
		"CODEX_APP_SERVER_LOGIN_ISSUER", "CODEX_APP_SERVER_LOGIN_CLIENT_ID",
		"CODEX_REFRESH_TOKEN_URL_OVERRIDE", "CODEX_REVOKE_TOKEN_URL_OVERRIDE",
	}
}

// Run runs codex and waits for it to exit. Its error is ErrCancelled,
// ErrTimeout, *CodexExitError, or says why the program could not be started. No
// codex process is left when Run returns.
func (c CodexCLI) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(c.Limit, DefaultDeviceLimit))
	defer cancel()
	said := &codexOutput{prompt: c.Prompt}
	cmd := proc.Command(ctx, c.Program, "login")
	cmd.Env = c.environment()
	cmd.Dir = c.Home
	cmd.Stdout, cmd.Stderr = said, said // the same writer, so that exec never writes concurrently
	err := proc.Run(cmd)
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return ended(ctx)
	case errors.As(err, &exit):
		return &CodexExitError{Code: exit.ExitCode(), Said: said.last()}
	case err != nil:
		return fault.New("codex_not_run", "codex could not be run: {{.Why}}", "Why", err)
	}
	return nil
}

// environment returns codex's environment. An npm script runs with the node on
// PATH, and in a desktop session that is missing or differs from the node
// beside the script.
func (c CodexCLI) environment() []string {
	beside := filepath.Dir(c.Program)
	lookup := func(name string) (string, bool) {
		value, ok := c.Lookup(name)
		switch {
		case name != "PATH":
			return value, ok
		case value == "":
			return beside, true
		}
		return beside + string(filepath.ListSeparator) + value, true
	}
	return append(proc.Environment(lookup, codexVariables()...), "CODEX_HOME="+c.Home)
}
