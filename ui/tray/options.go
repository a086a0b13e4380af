package tray

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"rekey/internal/fault"
	"rekey/lend"
	"rekey/ui/words"
)

// Home is one home that the tray shows.
type Home struct {
	// Name is what the home is called where there are several: its path.
	Name string
	// Session is the home's sign-in.
	Session lend.Session
	// OpenWindow shows the window. Nil: the row is left out.
	OpenWindow func(context.Context) error
	// AddAccount shows the window where another account is added. Nil: the row is
	// left out.
	AddAccount func(context.Context) error
	// OpenFolder shows the folder of the credential store. Nil: left out.
	OpenFolder func(context.Context) error
}

// Options are what the tray needs from the program around it.
type Options struct {
	// Words are the language that the tray speaks.
	Words words.Words
	// Copy puts a text into the clipboard. Nil: its rows are left out.
	Copy func(ctx context.Context, text string) error
	// CopyDiagnostics puts what there is to say about all homes where the user
	// can paste it from, and says where that is. Nil: the row is left out.
	CopyDiagnostics func(context.Context) (note string, err error)
	// Quit is called when the user asks for the end. It ends Run's context.
	Quit func()
	// DarkColours reports whether the colours that the desktop's own settings name
	// are dark, and whether they name any. It is asked where no portal tells. Nil:
	// nobody knows.
	DarkColours func() (dark, known bool)
	// Desktop is the running desktop, as XDG_CURRENT_DESKTOP names it, "" if it
	// does not. Some of them tell what colour their panels have.
	Desktop string
	// Log gets what goes wrong.
	Log *slog.Logger
}

// ErrSessionEnded is returned by Run when a Session ended before ctx did.
var ErrSessionEnded = fault.New("session_ended", "the session ended")

// NoBusError says that there is no desktop bus, or none any more, and so no tray.
type NoBusError struct {
	// Err is the cause.
	Err error
}

// Error implements error.
func (e *NoBusError) Error() string { return "No D-Bus session bus: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *NoBusError) Unwrap() error { return e.Err }

// FaultCode implements fault.Coded.
func (e *NoBusError) FaultCode() string { return "no_bus" }

// FaultArgs implements fault.Coded.
func (e *NoBusError) FaultArgs() []any { return []any{"Why", e.Err} }

// ErrNoPanel means that there is a desktop bus and no panel on it that shows
// tray icons. Run works all the same: the icon appears when a panel does.
var ErrNoPanel = fault.New("no_panel", "no panel shows tray icons yet")

// OnGNOME reports whether a desktop, as XDG_CURRENT_DESKTOP names it, is GNOME,
// which shows tray icons only through an extension.
func OnGNOME(desktop string) bool { return slices.Contains(strings.Split(desktop, ":"), "GNOME") }
