package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rekey/auth"
	"rekey/internal/fault"
	"rekey/ui/words"
)

// The codes that the program ends with.
const (
	ExitOK             = 0 // healthy, refreshing, an API key, or managed by another program
	ExitFailure        = 1 // something else went wrong; standard error says what
	ExitUsage          = 2 // the command line makes no sense
	ExitSignedOut      = 3 // nobody is signed in
	ExitSignInRequired = 4 // the sign-in was refused and no longer works
	ExitWaiting        = 5 // the access token is past or ending, and the server was not reached
	ExitUnreadable     = 6 // the credential store cannot be read
	ExitExpiring       = 7 // the sign-in was refused, but the access token still works
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

// codeError ends the program with a code. Its text, if any, is printed.
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

// fromWorst are the codes, the one that most needs somebody first.
var fromWorst = []int{
	ExitUsage, ExitFailure, ExitSignInRequired, ExitUnreadable, ExitExpiring, ExitWaiting, ExitSignedOut, ExitOK,
}

// worse is the code for two homes that ended with these.
func worse(a, b int) int {
	if slices.Index(fromWorst, b) < slices.Index(fromWorst, a) {
		return b
	}
	return a
}

// exitWith ends the program with a code and has nothing more to say.
func exitWith(code int) error {
	if code == ExitOK {
		return nil
	}
	return &codeError{code: code}
}

// statusCode is nil for a State that is well, else the code to end with.
func statusCode(s auth.Status) error { return exitWith(ExitCode(s)) }

// misuse is the error for a command line that makes no sense.
func (p *Program) misuse(id string, pairs ...string) error {
	return &codeError{ExitUsage, errors.New(p.Words.Say(id, pairs...))}
}

// ErrInterrupted ends a command that was told to exit before it was done.
var ErrInterrupted error = fault.New("interrupted", "interrupted")

// tell says a sentence to the person at the terminal.
func (p *Program) tell(sentence string) { fmt.Fprintln(p.Err, "rekey: "+words.OneLine(sentence)) }

// tellAll says each of the errors that were joined, in words. A fault that wraps
// others is one.
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

// codeOf is the code for err and what there is to say, "" for nothing. Who is
// told to end has not failed.
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

// finish prints what is left to say and returns the code for err.
func (p *Program) finish(err error) int {
	code, what := p.codeOf(err)
	if what != "" {
		p.tell(what)
	}
	return code
}
