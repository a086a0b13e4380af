package login

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"unicode"

	"rekey/internal/fault"
)

// The errors of a flow that need no details.
var (
	// ErrCancelled means that the flow's context was cancelled, or that another
	// program on this machine asked for the port for its own sign-in.
	ErrCancelled = fault.New("sign_in_cancelled", "the sign-in was cancelled")
	// ErrTimeout means that the user did not finish the sign-in in time.
	ErrTimeout = fault.New("sign_in_timeout", "the sign-in was not finished in the browser in time")
	// ErrNoCode means that the callback had neither a code nor an error.
	ErrNoCode = fault.New("no_code", "the authorization server sent no code, so the sign-in could not be completed")
	// ErrExpired means that the code of a device sign-in was not entered in
	// time.
	ErrExpired = fault.New("code_expired", "the code was not entered in time")
)

// PortsBusyError means that no port that the authorization server accepts could
// be used.
type PortsBusyError struct {
	Ports []int
	// Err is why the last one could not be used, which may be another reason
	// than being in use.
	Err error
}

// AsFault implements fault.Coded.
func (e *PortsBusyError) AsFault() *fault.Fault {
	names := make([]string, len(e.Ports))
	for i, p := range e.Ports {
		names[i] = strconv.Itoa(p)
	}
	ports := strings.Join(names, "/")
	if errors.Is(e.Err, fs.ErrPermission) {
		return fault.New("ports_forbidden", "this user is not allowed to listen on port {{.Ports}} on this machine; sign in with a code instead (rekey login --device)", "Ports", ports)
	}
	return fault.New("ports_busy", "port {{.Ports}} on this machine is in use by another program; sign in with a code instead (rekey login --device)", "Ports", ports)
}

// Error implements error.
func (e *PortsBusyError) Error() string { return e.AsFault().Error() }

// Unwrap returns the cause.
func (e *PortsBusyError) Unwrap() error { return e.Err }

// NoBrowserError means that there is no browser here to show the sign-in page.
// Device needs none.
type NoBrowserError struct {
	// Err is why the page could not be opened, nil if that was not tried.
	Err error
}

// AsFault implements fault.Coded.
func (e *NoBrowserError) AsFault() *fault.Fault {
	if e.Err != nil {
		return fault.New("no_browser_because", "no browser could show the sign-in page: {{.Why}}", "Why", e.Err)
	}
	return fault.New("no_browser", "there is no browser here that could show the sign-in page")
}

// Error implements error.
func (e *NoBrowserError) Error() string { return e.AsFault().Error() }

// Unwrap returns the cause.
func (e *NoBrowserError) Unwrap() error { return e.Err }

// CheckBrowser reports, without starting anything, whether a page can be shown
// here: its error is a *NoBrowserError or nil. On Linux that takes a display, a
// browser named in BROWSER, or WSL, which uses Windows' browser; other systems
// always have one. system is runtime.GOOS.
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
// (RFC 6749, section 4.1.2.1). Both fields come from a URL: they are cut to one
// printable line, but must still be escaped when shown.
type DeniedError struct {
	Code        string
	Description string
}

// AsFault implements fault.Coded.
func (e *DeniedError) AsFault() *fault.Fault {
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
func (e *DeniedError) Error() string { return e.AsFault().Error() }

// WorkspaceError means that the user signed in to a workspace that the
// configuration does not allow. Nothing of that sign-in is kept.
type WorkspaceError struct {
	// Workspace is the one in the ID token, "" when it has none.
	Workspace string
	// Allowed are the ones in forced_chatgpt_workspace_id.
	Allowed []string
}

// AsFault implements fault.Coded.
func (e *WorkspaceError) AsFault() *fault.Fault {
	return fault.New("wrong_workspace", "only a sign-in to workspace {{.Allowed}} is allowed here, and this one is to another",
		"Allowed", strings.Join(e.Allowed, " or "))
}

// Error implements error.
func (e *WorkspaceError) Error() string { return e.AsFault().Error() }

// maxLine bounds texts from a URL, in characters.
const maxLine = 200

// line turns untrusted text into one short printable line.
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
