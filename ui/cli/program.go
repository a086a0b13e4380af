package cli

import (
	"context"
	"io"
	"time"

	"rekey/auth"
	"rekey/internal/doctor"
	"rekey/lend"
	"rekey/ui/words"
	"rekey/usage"
)

// Program is what the commands need. All fields but Problems are required. The
// functions honour ctx.
type Program struct {
	// Version is shown by --version.
	Version string
	// In, Out and Err are the standard streams.
	In       io.Reader
	Out, Err io.Writer
	// InTerminal: In is a terminal.
	InTerminal bool
	// OutScreen and ErrScreen describe where Out and Err lead.
	OutScreen, ErrScreen Screen
	// Words has the texts in the user's language.
	Words words.Words
	// Now is the wall clock, in the local zone.
	Now func() time.Time
	// Problems is what is invalid in the configuration, nil for nothing.
	Problems []error

	// UserHome is the user's home directory, "" if unknown.
	UserHome string
	// Homes returns the Codex homes, absolute and without duplicates: those
	// named, else those of the environment, the configuration or Codex. The
	// error is about those that cannot be found; the others are still returned.
	Homes func(named []string) ([]string, error)
	// Status reads a home's State once, sending nothing.
	Status func(ctx context.Context, home string) (Report, error)
	// Refresh refreshes a home's sign-in once and returns the new State. Its
	// error is that of auth.Manager.Refresh.
	Refresh func(ctx context.Context, home string) (Report, error)
	// WithSession calls face with a session for the length of one command:
	// through the home's agent if one is running, else in this process, with
	// the same guarantees. It does not return while a refresh is under way in
	// this process. If the agent exits meanwhile, face is called once more.
	WithSession func(ctx context.Context, home string, face func(ctx context.Context, s auth.Session) error) error
	// SignInAPIKey stores the API key read from In, and returns the State.
	SignInAPIKey func(ctx context.Context, home string) (Report, error)
	// Watch calls face with a session for each home, the agent's own or a
	// client's, until ctx is done.
	Watch func(ctx context.Context, homes []string, face func(ctx context.Context, list []Watched) error) error
	// Tray shows the tray until the user quits or ctx is done. NoTrayError
	// means that there is nowhere to show it.
	Tray func(ctx context.Context, homes []string) error
	// Window shows the window of the homes' agents, starting with the first
	// home.
	Window func(ctx context.Context, homes []string) error
	// NoAutostart is the desktop that runs if it is one that starts no autostart
	// entries by itself, else "".
	NoAutostart string
	// PanelHint says what this desktop needs to show the icon, "" for nothing.
	PanelHint func(ctx context.Context) string
	// Doctor examines this machine.
	Doctor func(ctx context.Context, homes []string) (doctor.Report, error)
	// Config returns the effective configuration.
	Config func() Configuration
	// Lending returns the owner that lends a home's sign-in to other machines,
	// and whether a Rekey is running that keeps pushing.
	Lending func(ctx context.Context, home string) (owner *lend.Owner, running bool, err error)
	// MakeHome makes the folder of another account's home, and copies into it what
	// there is of settings, prompts and skills in the home like, "" for none.
	MakeHome func(home, like string) (Copied, error)
	// AddHome has Rekey look after a home from now on; RemoveHome no longer, and
	// reports whether it did.
	AddHome    func(ctx context.Context, home string) error
	RemoveHome func(ctx context.Context, home string) (bool, error)
	// Accounts returns the names of the accounts that have a home in UserHome.
	Accounts func() []string
	// Become replaces this process with another program whose Codex home is
	// home. Its error is an ErrNoProgram or an ErrNotStarted.
	Become func(home string, argv []string) error
	// AppServer serves Codex's app-server protocol on the standard streams.
	AppServer func(ctx context.Context, home string, noWatch bool) error
	// Demo shows the main job in a sandbox.
	Demo func(ctx context.Context, o DemoOptions) error
}

// Copied is what was copied into a new home.
type Copied struct {
	// Files are their paths in the home.
	Files []string
	// Left are those that were not copied, and why.
	Left map[string]error
}

// Report is a State and the home it belongs to, and what is known of its usage.
type Report struct {
	Home  string
	State auth.State
	Usage usage.Usage
	// Kept: a Rekey is running for this home.
	Kept bool
	// Absence says why a home without a sign-in may be the wrong one, or is
	// nil.
	Absence error
}

// Watched is a home and its session.
type Watched struct {
	Home    string
	Session auth.Session
}

// DemoOptions are the flags of "rekey demo".
type DemoOptions struct {
	// Auto clicks automatically.
	Auto bool
	// Text stays in the terminal even if there is a display.
	Text bool
}

// NoTrayError says in one sentence why there can be no tray.
type NoTrayError struct{ Reason string }

// Error implements error.
func (e *NoTrayError) Error() string { return e.Reason }
