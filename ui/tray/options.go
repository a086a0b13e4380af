package tray

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"rekey/internal/fault"
	"rekey/lend"
	"rekey/ui/tray/item"
	"rekey/ui/words"
)

// Home is one home that the tray shows.
type Home struct {
	// Name is the home's name if there are several: its path.
	Name string
	// Session is the home's sign-in.
	Session lend.Session
	// OpenWindow shows the window. Nil omits the row.
	OpenWindow func(context.Context) error
	// AddAccount shows the window where another account is added. Nil: the row is
	// left out.
	AddAccount func(context.Context) error
	// OpenFolder shows the folder of the credential store. Nil omits the row.
	OpenFolder func(context.Context) error
}

// Options are what the tray needs from the program around it.
type Options struct {
	// Words has the texts in the user's language.
	Words words.Words
	// Copy copies a text to the clipboard. Nil omits its rows.
	Copy func(ctx context.Context, text string) error
	// CopyDiagnostics copies a report about all homes to where the user can
	// paste it from, and says where that is. Nil omits the row.
	CopyDiagnostics func(context.Context) (note string, err error)
	// Quit is called when the user quits. It ends Run's context.
	Quit func()
	// DarkColours reports whether the colours in the desktop's own settings are
	// dark, and whether that is known. It is called if no portal says so; may
	// be nil.
	DarkColours func() (dark, known bool)
	// Bus is the connection to the desktop, from Connect. Nil: Run connects to this
	// session's.
	Bus *item.Bus
	// Desktop is the running desktop, as in XDG_CURRENT_DESKTOP, "" if unknown.
	// Some desktops report the colour of their panels.
	Desktop string
	// Log gets what goes wrong.
	Log *slog.Logger
}

// ErrSessionEnded is returned by Run when a Session ended before ctx did.
var ErrSessionEnded = fault.New("session_ended", "the session ended")

// NoBusError means that there is no desktop bus (any more), and so no tray.
type NoBusError struct {
	// Err is the cause.
	Err error
}

// AsFault implements fault.Coded.
func (e *NoBusError) AsFault() *fault.Fault {
	return fault.New("no_bus", "there is no D-Bus session bus: {{.Why}}", "Why", e.Err)
}

// Error implements error.
func (e *NoBusError) Error() string { return e.AsFault().Error() }

// Unwrap returns the cause.
func (e *NoBusError) Unwrap() error { return e.Err }

// ErrNoPanel means that there is a desktop bus but no panel that shows tray
// icons. Run works nevertheless: the icon appears when a panel does.
var ErrNoPanel = fault.New("no_panel", "no panel shows tray icons yet")

// OnGNOME reports whether a desktop, as XDG_CURRENT_DESKTOP names it, is GNOME,
// which shows tray icons only through an extension.
func OnGNOME(desktop string) bool { return slices.Contains(strings.Split(desktop, ":"), "GNOME") }
