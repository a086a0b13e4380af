package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"rekey/auth"
	"rekey/internal/fault"
	"rekey/ui/words"
)

// The exit codes of the program.
const (
	ExitOK             = 0 // healthy, refreshing, an API key, or managed by another program
	ExitFailure        = 1 // something else went wrong; standard error says what
	ExitUsage          = 2 // the command line is invalid
	ExitSignedOut      = 3 // not signed in
	ExitSignInRequired = 4 // the sign-in was refused and no longer works
	ExitWaiting        = 5 // the access token has expired or is about to, and the server was not reached
	ExitUnreadable     = 6 // the credential store cannot be read
	ExitExpiring       = 7 // the sign-in was refused, but the access token still works

	// Of "rekey run", as shells have them.
	ExitNotStarted = 126 // the program cannot be started
	ExitNoProgram  = 127 // there is no such program
)

// Why a program does not run.
var (
	ErrNotStarted = fault.New("not_started", "{{.Program}} could not be started: {{.Why}}")
	ErrNoProgram  = fault.New("no_program", "there is no program {{.Program}}; check its name, or name it with its path")
)

// ExitCode is the code for a Status.
func ExitCode(s auth.Status) int {
	switch s {
	case auth.StatusHealthy, auth.StatusRefreshing, auth.StatusAPIKey, auth.StatusExternal:
		return ExitOK
	case auth.StatusSignedOut:
		return ExitSignedOut
	case auth.StatusSignInRequired:
		return ExitSignInRequired
	case auth.StatusWaiting:
		return ExitWaiting
	case auth.StatusUnreadable:
		return ExitUnreadable
	case auth.StatusExpiring:
		return ExitExpiring
	}
	return ExitFailure
}

// What the help of a command says of exit codes, where that is not the usual.
var (
	withCodes = map[string]string{"codes": "all"}
	ownCodes  = map[string]string{"codes": "own"} // its text names them
)

// codesHelp is what a command's help adds about exit codes.
func (p *Program) codesHelp(cmd *cobra.Command) string {
	switch {
	case cmd.Long == "" || cmd.Annotations["codes"] == ownCodes["codes"]:
		return ""
	case cmd.Annotations["codes"] == withCodes["codes"]:
		return "\n\n" + p.Words.Say("help.codes")
	}
	return "\n\n" + p.Words.Say("help.usual_codes")
}

// codeError sets the exit code. Its text, if any, is printed.
type codeError struct {
	code int
	err  error // nil: nothing more to say
}

func (e *codeError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *codeError) Unwrap() error { return e.err }

// fromWorst are the codes, the most urgent first.
var fromWorst = []int{
	ExitUsage, ExitFailure, ExitSignInRequired, ExitUnreadable, ExitExpiring, ExitWaiting, ExitSignedOut, ExitOK,
}

// worse returns the code for two homes with these codes.
func worse(a, b int) int {
	if slices.Index(fromWorst, b) < slices.Index(fromWorst, a) {
		return b
	}
	return a
}

// exitWith sets the exit code without a message.
func exitWith(code int) error {
	if code == ExitOK {
		return nil
	}
	return &codeError{code: code}
}

// statusCode returns nil for a healthy State, else an error with the exit code.
func statusCode(s auth.Status) error { return exitWith(ExitCode(s)) }

// misuse is the error for an invalid command line.
func (p *Program) misuse(id string, pairs ...string) error {
	return &codeError{ExitUsage, errors.New(p.Words.Say(id, pairs...))}
}

// ErrInterrupted ends a command that was told to exit before it was done.
var ErrInterrupted error = fault.New("interrupted", "interrupted")

// tell prints a sentence for the person at the terminal.
func (p *Program) tell(sentence string) { fmt.Fprintln(p.Err, "rekey: "+words.OneLine(sentence)) }

// tellAll prints each of the joined errors in words. A fault that wraps others
// counts as one.
func (p *Program) tellAll(err error) {
	var coded fault.Coded
	one := errors.As(err, &coded) && coded.Error() == err.Error()
	if joined, ok := err.(interface{ Unwrap() []error }); ok && !one { // as errors.Join makes it
		for _, e := range joined.Unwrap() {
			p.tellAll(e)
		}
	} else if err != nil {
		p.tell(p.Words.Error(err))
	}
}

// codeOf returns the exit code for err and the message, "" for none. Being
// asked to exit is not a failure.
func (p *Program) codeOf(err error) (code int, what string) {
	var ce *codeError
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return ExitOK, ""
	case errors.As(err, &ce) && ce.err == nil:
		return ce.code, ""
	case ce != nil:
		return ce.code, p.Words.Error(ce.err)
	}
	return ExitFailure, p.Words.Error(err)
}

// finish prints the message for err, if any, and returns its exit code.
func (p *Program) finish(err error) int {
	code, what := p.codeOf(err)
	if what != "" {
		p.tell(what)
	}
	return code
}
