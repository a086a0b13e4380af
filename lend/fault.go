package lend

import (
	"context"
	"errors"
	"io/fs"
	"os/exec"
	"strings"
	"unicode"
)

// Code says why a push failed or why a loan has ended. The values are stable:
// they are stored and shown by "rekey lend --json".
type Code string

// Temporary reasons why a push failed.
const (
	HostUnknown    Code = "host_unknown"     // its name cannot be found
	Unreachable    Code = "unreachable"      // nothing answers there
	KeyRefused     Code = "key_refused"      // the host does not accept the user's keys
	HostKeyUnknown Code = "host_key_unknown" // the user has never accepted the host's key
	HostKeyChanged Code = "host_key_changed"
	NoCommand      Code = "no_command"   // the transport's program is not installed here
	NoContainer    Code = "no_container" // it does not exist or does not run
	NoShell        Code = "no_shell"     // no sh there
	TimedOut       Code = "timed_out"
	CutOff         Code = "cut" // the connection ended too early
	NoSpace        Code = "no_space"
	ReadOnly       Code = "read_only"
	Denied         Code = "denied"  // the user there may not write it
	Busy           Code = "busy"    // a Codex there holds its lock
	Keyring        Code = "keyring" // Codex there reads no auth.json
	Failed         Code = "error"   // anything else; Detail says what
)

// What the borrower has instead of this loan. It is only overwritten on
// request.
const (
	OwnSignIn Code = "sign_in"
	OwnAPIKey Code = "api_key"
	OtherFile Code = "other"      // something that is not a sign-in
	OtherLoan Code = "other_loan" // of another owner, or one that this owner no longer knows
	SignedOut Code = "signed_out" // a user signed out there
)

// Why a loan ended here.
const (
	OwnerGone  Code = "owner_signed_out"
	OwnerOther Code = "owner_changed" // another account has signed in at home
	Stopped    Code = "stopped"       // by the user
)

// Fault is the error of a push that failed.
type Fault struct {
	Code Code `json:"code"`
	// Detail is one line of the transport's or the system's output, "" for
	// none.
	Detail string `json:"detail,omitempty"`
}

// Error implements error.
func (f *Fault) Error() string {
	if f.Detail == "" {
		return "lending: " + string(f.Code)
	}
	return "lending: " + string(f.Code) + ": " + f.Detail
}

// Foreign reports whether the borrower has something that this loan must not
// touch.
func (c Code) Foreign() bool {
	switch c {
	case OwnSignIn, OwnAPIKey, OtherFile, OtherLoan, SignedOut:
		return true
	}
	return false
}

// network reports whether a fault may disappear when the network changes.
func (c Code) network() bool {
	switch c {
	case HostUnknown, Unreachable, TimedOut, CutOff:
		return true
	}
	return false
}

// sayings map error messages of the transports' programs, which are English in
// every locale, to codes. The first match counts.
var sayings = [...]struct {
	text string
	code Code
}{
	{"REMOTE HOST IDENTIFICATION HAS CHANGED", HostKeyChanged},
	{"Host key verification failed", HostKeyUnknown},
	{"Could not resolve hostname", HostUnknown},
	{"Permission denied (", KeyRefused},
	{"Too many authentication failures", KeyRefused},
	{"No such container", NoContainer},
	{"no container with name or ID", NoContainer},
	{"is not running", NoContainer},
	{"can only create exec sessions on running containers", NoContainer},
	{"Error from server (NotFound)", NoContainer},
	{"There is no distribution with the supplied name", NoContainer},
	{"\"sh\": executable file not found", NoShell},
	{"sh: not found", NoShell},
	{"sh: command not found", NoShell},
	{"Unknown command: sh", NoShell},
	{"dd: not found", NoShell},
	{"dd: command not found", NoShell},
	{"Connection timed out", TimedOut},
	{"Operation timed out", TimedOut},
	{"Connection refused", Unreachable},
	{"No route to host", Unreachable},
	{"Network is unreachable", Unreachable},
	{"Connection closed by", CutOff},
	{"Connection reset by", CutOff},
	{"closed by remote host", CutOff},
	{"Broken pipe", CutOff},
	{"Cannot connect to the Docker daemon", Unreachable},
	{"Unable to connect to the server", Unreachable},
}

// faultOf classifies a transport that ended without an answer.
func faultOf(ctx context.Context, err error, stderr string) *Fault {
	f := &Fault{Code: Failed, Detail: lastLine(stderr)}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		f.Code = TimedOut
		return f
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return &Fault{Code: NoCommand}
	}
	for _, s := range sayings {
		if strings.Contains(stderr, s.text) {
			f.Code = s.code
			return f
		}
	}
	code := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	}
	switch {
	case code == 127:
		f.Code = NoShell
	case f.Detail == "" && (err == nil || killed(code)):
		f.Code = CutOff
	case f.Detail == "":
		f.Detail = clip(err.Error())
	}
	return f
}

// killed reports whether an exit code without output means that the transport
// or what it ran was killed: by a signal, as OpenSSH reports it, and as a shell
// reports KILL and TERM.
func killed(code int) bool { return code == -1 || code == 255 || code == 128+9 || code == 128+15 }

// lastLine is the last non-empty line of a text, made safe for a log.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return clip(lines[len(lines)-1])
}

// maxDetail bounds what is kept of a foreign program's text.
const maxDetail = 200

func clip(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, text)
	if len(text) > maxDetail {
		text = strings.ToValidUTF8(text[:maxDetail], "") + "…"
	}
	return strings.TrimSpace(text)
}
