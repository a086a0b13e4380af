package tray

import (
	"context"
	"errors"
	"log/slog"

	"rekey/ui/words"
)

// Options are what the tray needs from the program around it.
type Options struct {
	// Words are the language that the tray speaks.
	Words words.Words
	// OpenWindow shows the window. Nil: the row is left out.
	OpenWindow func(context.Context) error
	// OpenFolder shows the folder of the credential store. Nil: left out.
	OpenFolder func(context.Context) error
	// Quit is called when the user asks for the end. It ends Run's context.
	Quit func()
	// DarkPanel: the panel is dark, so the icons are light. What the desktop
	// tells stands over it.
	DarkPanel bool
	// Desktop is the running desktop, as XDG_CURRENT_DESKTOP names it, "" if it
	// does not. Some of them tell what colour their panels have.
	Desktop string
	// Log gets what goes wrong.
	Log *slog.Logger
}

// ErrSessionEnded is returned by Run when the Session ended before ctx did.
var ErrSessionEnded = errors.New("the session ended")

// NoBusError says that there is no desktop bus, or none any more, and so no tray.
type NoBusError struct {
	// Err is the cause.
	Err error
}

// Error implements error.
func (e *NoBusError) Error() string { return "No D-Bus session bus: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *NoBusError) Unwrap() error { return e.Err }

// ErrNoPanel means that there is a desktop bus and no panel on it that shows
// tray icons. Run works all the same: the icon appears when a panel does.
var ErrNoPanel = errors.New("no panel shows tray icons yet")
