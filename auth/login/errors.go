package login

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"unicode"

	"rekey/internal/fault"
)

// How a flow can end without anybody's fault.
var (
	// ErrCancelled means that the flow's context was cancelled, or that
	// another program on this machine asked for the port to sign in itself.
	ErrCancelled = fault.New("sign_in_cancelled", "the sign-in was cancelled")
	// ErrTimeout means that nobody finished the sign-in in the browser.
	ErrTimeout = fault.New("sign_in_timeout", "the sign-in was not finished in the browser in time")
	// ErrNoCode means that the browser came back with neither a code nor an error.
	ErrNoCode = fault.New("no_code", "the authorization server sent no code, so the sign-in could not be completed")
	// ErrExpired means that nobody entered the code of a device sign-in in time.
	ErrExpired = fault.New("code_expired", "the code was not entered in time")
	// ErrDeclined is for a Confirm that was told no.
	ErrDeclined = fault.New("sign_in_declined", "the sign-in to another account was declined")
)

// PortsBusyError means that other programs hold every port that the
// authorization server knows as ours.
type PortsBusyError struct {
	Ports []int
	// Err is why the last one could not be used: it need not be in use.
	Err error
}

func (e *PortsBusyError) fault() *fault.Fault {
	names := make([]string, len(e.Ports))
	for i, p := range e.Ports {
		names[i] = strconv.Itoa(p)
	}
	ports := strings.Join(names, "/")
	if errors.Is(e.Err, fs.ErrPermission) {
		return fault.New("ports_forbidden", "this user may not listen on port {{.Ports}} on this machine; sign in with a code instead (rekey login --device)", "Ports", ports)
	}
	return fault.New("ports_busy", "port {{.Ports}} on this machine is in use by another program; sign in with a code instead (rekey login --device)", "Ports", ports)
}

// Error implements error.
func (e *PortsBusyError) Error() string { return e.fault().Error() }

// FaultCode implements fault.Coded.
func (e *PortsBusyError) FaultCode() string { return e.fault().FaultCode() }

// FaultArgs implements fault.Coded.
func (e *PortsBusyError) FaultArgs() []any { return e.fault().FaultArgs() }

// Unwrap returns the cause.
func (e *PortsBusyError) Unwrap() error { return e.Err }

// NoBrowserError means that there is nothing here that could show the sign-in's
// page. A Device needs none on this machine.
type NoBrowserError struct {
	// Err is why the page could not be opened, nil where it was not tried.
	Err error
}

func (e *NoBrowserError) fault() *fault.Fault {
	if e.Err != nil {
		return fault.New("no_browser_because", "no browser could show the sign-in page: {{.Why}}", "Why", e.Err)
	}
	return fault.New("no_browser", "there is no browser here that could show the sign-in page")
}

// Error implements error.
func (e *NoBrowserError) Error() string { return e.fault().Error() }

// FaultCode implements fault.Coded.
func (e *NoBrowserError) FaultCode() string { return e.fault().FaultCode() }

// FaultArgs implements fault.Coded.
func (e *NoBrowserError) FaultArgs() []any { return e.fault().FaultArgs() }

// Unwrap returns the cause.
func (e *NoBrowserError) Unwrap() error { return e.Err }

// CheckBrowser tells without starting anything whether a page can be shown
// here: its error is a *NoBrowserError or nil. A Linux session has a display,
// names a browser of its own in BROWSER, or lives in Windows and uses that
// one's; other systems always have one. system is runtime.GOOS.
func CheckBrowser(system string, getenv func(string) string) error {
	if system == "windows" || system == "darwin" {
		return nil
	}
	for _, name := range []string{"DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"} {
		if getenv(name) != "" {
			return nil
		}
	}
	return &NoBrowserError{}
}

// DeniedError means that the authorization server or the user said no
// (RFC 6749, section 4.1.2.1). Both fields come from a URL: they are cut to
// one printable line, and whoever shows them still has to escape them.
type DeniedError struct {
	Code        string
	Description string
}

func (e *DeniedError) fault() *fault.Fault {
	switch {
	case strings.Contains(strings.ToLower(e.Description), "missing_codex_entitlement"):
		return fault.New("not_enabled", "Codex is not enabled for this workspace; its administrator can grant access")
	case e.Description != "":
		return fault.New("sign_in_refused", "the sign-in was refused: {{.Why}}", "Why", e.Description)
	case e.Code == "access_denied":
		return fault.New("declined_on_page", "the sign-in was declined on the authorization server's page")
	}
	return fault.New("sign_in_refused", "the sign-in was refused: {{.Why}}", "Why", e.Code)
}

// Error implements error.
func (e *DeniedError) Error() string { return e.fault().Error() }

// FaultCode implements fault.Coded.
func (e *DeniedError) FaultCode() string { return e.fault().FaultCode() }

// FaultArgs implements fault.Coded.
func (e *DeniedError) FaultArgs() []any { return e.fault().FaultArgs() }

// WorkspaceError means that the user signed in to a workspace that the
// configuration does not allow. Nothing of that sign-in is kept.
type WorkspaceError struct {
	// Workspace is what the ID token names, "" when it names none.
	Workspace string
	// Allowed are those of forced_chatgpt_workspace_id.
	Allowed []string
}

func (e *WorkspaceError) fault() *fault.Fault {
	return fault.New("wrong_workspace", "only a sign-in to workspace {{.Allowed}} is allowed here, and this one is to another",
		"Allowed", strings.Join(e.Allowed, " or "))
}

// Error implements error.
func (e *WorkspaceError) Error() string { return e.fault().Error() }

// FaultCode implements fault.Coded.
func (e *WorkspaceError) FaultCode() string { return e.fault().FaultCode() }

// FaultArgs implements fault.Coded.
func (e *WorkspaceError) FaultArgs() []any { return e.fault().FaultArgs() }

// maxLine bounds texts from a URL, in characters.
const maxLine = 200

// line makes one short printable line of a text from outside.
func line(text string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r): // control characters, direction marks and the like
			return -1
		}
		return r
	}, text)
	runes := []rune(strings.Join(strings.Fields(clean), " "))
	if len(runes) > maxLine {
		runes = append(runes[:maxLine-1], '…')
	}
	return string(runes)
}
